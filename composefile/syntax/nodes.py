"""The nodes of a YAML text: what stands where, in offsets into the text."""

from collections.abc import Iterator
from dataclasses import dataclass, field

# What a node says with aliases and merge keys resolved: every scalar as text, null as None.
Value = str | None | list["Value"] | dict[str, "Value"]

NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(slots=True, eq=False)
class Node:
    """A part of the text: *start* and *end* are offsets, *line* counts from 0, as *column* does.

    *start* includes an anchor or a tag; *end* is behind its last character.
    """

    start: int
    end: int
    line: int
    column: int
    anchor: str | None = None
    tag: str | None = None


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A scalar; *style* is ``""`` for plain, else its quote or block indicator."""

    value: str = ""
    style: str = ""

    @property
    def is_null(self) -> bool:
        """Whether the scalar stands for nothing (YAML 1.2, 10.3.2)."""
        return not self.style and self.value in NULLS


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """A mapping; *entries* in the order of the text."""

    flow: bool = False
    entries: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """A sequence; *items* in the order of the text."""

    flow: bool = False
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Alias(Node):
    """An alias (``*name``) and the node that its anchor names at this point of the text."""

    name: str = ""
    target: Node | None = None


def walk(node: Node | None) -> Iterator[Node]:
    """Yield *node* and all that is in it, in the order of the text; aliases are not followed."""
    stack = [node] if node else []
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, Mapping):
            for key, value in reversed(current.entries):
                stack += [value, key]
        elif isinstance(current, Sequence):
            stack += reversed(current.items)
