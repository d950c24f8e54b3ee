"""The YAML that dcgen writes of its own, in the file's indentation and with its line ends.

The whole of a document is never written this way, only what an edit adds. A scalar is plain only
if the YAML 1.1 of docker-compose 1.x and the YAML 1.2 of Compose 2 both read it as the same string.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out.

    *newline* ends its lines, *step* is the indentation of a mapping in a mapping, *dash* the
    indentation of a sequence's dashes below its key (0 or more), *gap* tells whether blank lines
    stand between services.
    """

    newline: str = "\n"
    step: int = 2
    dash: int = 2
    gap: bool = True


class Quoted(str):
    """A string that is written in double quotes, whatever it holds."""

    __slots__ = ()


class Literal(str):
    """A text of several lines that is written as a literal block (``|``)."""

    __slots__ = ()


class Verbatim(str):
    """A value that is YAML already: one line of it, such as a reference with its quotes."""

    __slots__ = ()


class Remarked(Verbatim):
    """Such a value with a comment behind it, and comments on lines of their own *above* its key."""

    above: tuple[str, ...]

    def __new__(cls, text: str, above: tuple[str, ...] = ()) -> "Remarked":
        """Return *text*, the value and what stands behind it, below the lines *above*."""
        made = super().__new__(cls, text)
        made.above = above
        return made


Emitted = str | int | bool | None | Sequence["Emitted"] | Mapping[str, "Emitted"]

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./@+:-]*(?: [A-Za-z0-9_./@+:=-]+)*\Z")
_DURATION = re.compile(r"[0-9]+(?:ms|s|m|h)\Z")
_OTHER_TYPE = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|nan|\.nan|[-+]?\.inf|[-+.0-9].*)\Z", re.IGNORECASE
)
# In a plain scalar these would end it or begin a comment; a colon at the end would make it a key.
_BREAKS = re.compile(r"[:#](?:\s|\Z)|\s#")


def scalar(value: str) -> str:
    """Return *value* as a YAML scalar on one line, quoted wherever plain could mislead."""
    if isinstance(value, Verbatim):
        return str(value)
    safe = _PLAIN.match(value) and not _OTHER_TYPE.match(value) and not _BREAKS.search(value)
    if (safe or _DURATION.match(value)) and not isinstance(value, Quoted):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\x7f")


def entry(key: str, value: Emitted, layout: Layout, column: int, tag: str = "") -> str:
    """Return the lines of one entry of a block mapping whose keys stand in *column*.

    *tag*, such as ``!override``, is put in front of the value.
    """
    lines = list(_entry(key, value, layout, column))
    if tag:
        name = f"{scalar(key)}:"
        lines[0] = lines[0].replace(name, f"{name} {tag}", 1)
    return layout.newline.join(lines) + layout.newline


def entries(values: Mapping[str, Emitted], layout: Layout, column: int) -> str:
    """Return the lines of a block mapping whose keys stand in *column*."""
    return "".join(entry(key, value, layout, column) for key, value in values.items())


def item(value: Emitted, layout: Layout, column: int) -> str:
    """Return the lines of one item of a block sequence whose dashes stand in *column*."""
    return layout.newline.join(_item(value, layout, column)) + layout.newline


def flow(value: Emitted) -> str:
    """Return *value* on one line, in flow style."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{scalar(key)}: {flow(part)}" for key, part in value.items())
        return f"{{{inner}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(flow(part) for part in value)}]"
    if isinstance(value, str):
        return scalar(value if isinstance(value, Verbatim) else Quoted(value))
    return _simple(value)


def in_flow(value: Emitted) -> Emitted:
    """Return *value* so that each of its plain words may stand between brackets."""
    if isinstance(value, Mapping):
        return {key: in_flow(part) for key, part in value.items()}
    if isinstance(value, str):
        return Quoted(value) if set(value) & set(",[]{}#:") else value
    return [in_flow(part) for part in value] if isinstance(value, Sequence) else value


def _simple(value: str | int | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else scalar(value)


def _entry(key: str, value: Emitted, layout: Layout, column: int) -> Iterator[str]:
    pad = " " * column
    if isinstance(value, Literal):
        yield f"{pad}{scalar(key)}: |"
        inner = " " * (column + layout.step)
        yield from (inner + line if line else "" for line in value.rstrip("\n").split("\n"))
    elif isinstance(value, Mapping) and value:
        yield f"{pad}{scalar(key)}:"
        for name, part in value.items():
            yield from _entry(name, part, layout, column + layout.step)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{pad}{scalar(key)}:"
        for part in value:
            yield from _item(part, layout, column + layout.dash)
    elif isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        yield f"{pad}{scalar(key)}: {'{}' if isinstance(value, Mapping) else '[]'}"
    else:
        if isinstance(value, Remarked):
            yield from (pad + line for line in value.above)
        yield f"{pad}{scalar(key)}: {_simple(value)}"


def _item(value: Emitted, layout: Layout, column: int) -> Iterator[str]:
    pad = " " * column
    if isinstance(value, Mapping) and value:
        lines = [
            line for name, part in value.items() for line in _entry(name, part, layout, column + 2)
        ]
        yield f"{pad}- {lines[0].lstrip(' ')}"
        yield from lines[1:]
    elif isinstance(value, Sequence | Mapping) and not isinstance(value, str):
        yield f"{pad}- {flow(value)}"
    else:
        yield f"{pad}- {_simple(value)}"
