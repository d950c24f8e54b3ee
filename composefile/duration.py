"""Times as a Compose file writes them: ``1m30s``, ``500ms``.

Source: Compose Specification, "Specifying durations".
"""

import re

_ONE = r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)"
_PART = re.compile(_ONE)
_WHOLE = re.compile(rf"0|(?:{_ONE})+")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SECONDS |= {"d": 86400.0, "w": 604800.0}


def time(word: str) -> float:
    """Return how many seconds *word* is.

    Raises:
        ValueError: It is no time.
    """
    if not _WHOLE.fullmatch(word):
        raise ValueError(word)
    return seconds(word)


def seconds(value: object) -> float:
    """Return how many seconds *value* is; 0 if it is no time, or names a variable."""
    parts = _PART.findall(value) if isinstance(value, str) else []
    return round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 6)
