"""What a node says to whom merges it: its value in the words of the file, and its tags.

    environment:                       value: {A: b}
      A: b                             gone: ("OLD",): what was there before does not count
      OLD: !reset null

Source: Compose Specification, "Merge", `!reset` and `!override`.
"""

from dataclasses import dataclass, field

from composefile.document import deref
from composefile.syntax.parser import Node, Scalar, Sequence
from composefile.values import MAX_NODES, Path, Value, fields
from faults import UserError
from generator.editing.emit import Quoted, Verbatim


@dataclass(frozen=True, slots=True)
class Said:
    """What a node says.

    *value* has aliases and merge keys resolved, and its scalars are `Quoted` or `Verbatim`, so that
    they are written as they stand. *gone* are the paths in it whose former value is taken away;
    ``()`` is the node itself. *silent* tells that it says nothing but that.
    """

    value: Value
    gone: tuple[Path, ...] = ()
    silent: bool = False


@dataclass(slots=True)
class _Reading:
    gone: list[Path] = field(default_factory=list)
    nodes: int = 0

    def value(self, node: Node | None, path: Path) -> Value:
        node = deref(node)
        if node is None:
            return None
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise UserError(
                f"aliases make more than {MAX_NODES} values of one entry, of line {node.line + 1}",
                fix="remove aliases that multiply each other",
            )
        if node.tag in ("!reset", "!override"):
            self.gone.append(path)
        if isinstance(node, Scalar):
            return _word(node)
        if isinstance(node, Sequence):
            return [self.value(item, (*path, "")) for item in node.items if not _is_reset(item)]
        found: dict[str, Value] = {}
        for key, entry in fields(node).items():
            value = self.value(entry.node, (*path, key))
            if not _is_reset(entry.node):
                found[key] = value
        return found


def said(node: Node | None) -> Said:
    """Return what *node* says.

    Raises:
        UserError: Aliases make more than 200,000 values of it.
    """
    reading = _Reading()
    value = reading.value(node, ())
    return Said(value, tuple(reading.gone), _is_reset(node))


def _word(node: Scalar) -> str | None:
    if node.style or "\n" in node.value:
        return Quoted(node.value)
    return None if node.is_null else Verbatim(node.value)


def _is_reset(node: Node | None) -> bool:
    target = deref(node)
    return target is not None and target.tag == "!reset"


def alike(one: Value, other: Value) -> bool:
    """Tell whether two values are written alike: a quoted word is not like a plain one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and one == other
