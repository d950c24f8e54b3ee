"""Values in the types that ``docker stack deploy`` wants: its schema takes no text for a number.

Sources: docker/cli, the schema of the Compose file format 3.8; Docker Engine, "ParseDuration".
"""

import re
from collections.abc import Callable, Mapping, Sequence

from composefile.amounts import byte_count, processors
from composefile.duration import time
from composefile.interpolation import escape
from composefile.values import Value, is_ignored, pairs
from generator.editing.emit import Emitted, Verbatim

Leaf = Callable[[str], Emitted]
Shape = Leaf | Mapping[str, "Shape"] | Sequence["Shape"]

_DAYS = re.compile(r"(?<![\d.])(\d+)d")
_DURATION = re.compile(r"0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
# As every Docker that reads a stack does; Compose takes more.
_SIZE = re.compile(r"\d+(?:\.\d+)? ?[kmgtp]?i?b?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(\.\d+)?")
_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


class ShapeError(ValueError):
    """A value has another shape: *path* is where, in dots; *why* says what is wrong."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def text(word: str) -> Emitted:
    """Return *word* so that Swarm's own variables leave it as it is."""
    return escape(word)


def whole(word: str) -> Emitted:
    """Return *word* as a whole number.

    Raises:
        ValueError: It is none.
    """
    return int(word)


def number(word: str) -> Emitted:
    """Return *word* as a number.

    Raises:
        ValueError: It is none.
    """
    count = processors(word)
    return Verbatim(word if _NUMBER.fullmatch(word) else _decimal(count))


def cpus(word: str) -> Emitted:
    """Return *word*, a number of processors, as the text that Swarm wants.

    Raises:
        ValueError: It is none.
    """
    return str(number(word))


def octal(word: str) -> Emitted:
    """Return *word*, the mode of a file, as a number of base 8.

    Compose has made a decimal number of what stands without quotes: ``0440`` is ``288``.

    Raises:
        ValueError: It is none.
    """
    return Verbatim(f"0{int(word.removeprefix('0o'), 8 if word.startswith('0') else 10):o}")


def flag(word: str) -> Emitted:
    """Return *word* as a boolean.

    Raises:
        ValueError: It is none.
    """
    if word.lower() not in (*_TRUE, *_FALSE):
        raise ValueError(word)
    return word.lower() in _TRUE


def duration(word: str) -> Emitted:
    """Return *word* as Go reads it, which knows no days: ``1d`` is ``24h``.

    Raises:
        ValueError: It is no time.
    """
    found = _DAYS.sub(lambda match: f"{24 * int(match[1])}h", word)
    return found if _DURATION.fullmatch(found) else f"{_decimal(time(word))}s"


def size(word: str) -> Emitted:
    """Return *word*, a number of bytes.

    Raises:
        ValueError: It is none.
    """
    count = byte_count(word)
    return word if _SIZE.fullmatch(word) else str(count)


def _decimal(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


def labels(value: Value) -> dict[str, Emitted]:
    """Return *value*, labels in either form, as a mapping."""
    return {key: escape(word) for key, word in pairs(value).items()}


_WANTED: dict[Leaf, str] = {
    whole: "a whole number",
    number: "a number",
    flag: "true or false",
    octal: "a file mode",
    duration: "a time such as 1m30s",
    size: "a size such as 64m",
    cpus: "a number of processors",
}


def shaped(value: Value, shape: Shape, path: str = "") -> Emitted:
    """Return *value* in *shape*; what is null is left out.

    Args:
        value: What the file says.
        shape: What a scalar is made of; or the same for each key; or that of each item of a list.
        path: How errors call it.

    Raises:
        ShapeError: It has a key that *shape* has not, or something is of another kind.
    """
    if isinstance(shape, Mapping):
        return _mapping(value, shape, path)
    if isinstance(shape, Sequence):
        items = value if isinstance(value, list) else [value]
        return [shaped(item, shape[0], path) for item in items if item is not None]
    if not isinstance(value, str):
        raise ShapeError(path, "one value is wanted there")
    try:
        return shape(value)
    except ValueError:
        raise ShapeError(path, f"{value!r} is not {_WANTED.get(shape, 'one')}") from None


def _mapping(value: Value, shape: Mapping[str, Shape], path: str) -> dict[str, Emitted]:
    if not isinstance(value, dict):
        raise ShapeError(path, "a mapping is wanted there")
    found: dict[str, Emitted] = {}
    for key, item in value.items():
        where = f"{path}.{key}" if path else key
        if item is None or is_ignored(key):
            continue
        if key in ("labels", "driver_opts", "options"):
            if key != "labels" and not isinstance(item, dict):
                raise ShapeError(where, "a mapping is wanted there")
            found[key] = labels(item)
        elif key not in shape:
            raise ShapeError(where, "Swarm has nothing like it")
        else:
            found[key] = shaped(item, shape[key], where)
    return found
