"""Amounts of memory and of processors as a Compose file writes them: ``512m``, ``.5g``, ``0.5``.

Sources: Compose Specification, "Specifying byte values" (1k is 1,024 bytes); docker/go-units,
"RAMInBytes"; Go, package strconv, "ParseFloat".
"""

import re

_FLOAT = re.compile(r"\+?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9_]+)?")
_SUFFIX = re.compile(r"b?|([kmgtp])(?:i?b)?", re.IGNORECASE)
_NUMBER = "0123456789."
_UNITS = "kmgtp"
_STEP = 1024
_MOST_BYTES = 2**63 - 1
_MOST_PROCESSORS = 1_000_000


def byte_count(word: str) -> int:
    """Return how many bytes *word* is.

    Raises:
        ValueError: It is no amount of memory, or a negative one.
    """
    number = word.rstrip("".join({*word} - {*_NUMBER, " "}))
    suffix = _SUFFIX.fullmatch(word[len(number) :])
    if suffix is None:
        raise ValueError(word)
    unit = (suffix[1] or "").lower()
    count = _number(number.removesuffix(" ")) * (_STEP ** (_UNITS.index(unit) + 1) if unit else 1)
    if count > _MOST_BYTES:
        raise ValueError(word)
    return int(count)


def processors(word: str) -> float:
    """Return how many processors *word* is.

    Raises:
        ValueError: It is no number, or a negative one.
    """
    count = _number(word)
    if count > _MOST_PROCESSORS:
        raise ValueError(word)
    return count


def size_of_tmpfs(text: str) -> str:
    """Return the size that *text*, an entry of `tmpfs`, has among its options; empty if none."""
    options = text.partition(":")[2].split(",")
    return dict(option.partition("=")[::2] for option in options).get("size", "")


def _number(word: str) -> float:
    if not _FLOAT.fullmatch(word):
        raise ValueError(word)
    return float(word)
