"""What a service effectively says: merge keys and aliases resolved, every value as plain text.

Numbers and booleans stay the words that stand in the file, since Compose reads them by its own
rules; only null becomes None. Resolving is for decisions alone: what is written back is always the
text of the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from composefile.document import Document, deref
from composefile.syntax.nodes import Value
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence
from faults import Place, UserError

__all__ = [
    "Field",
    "Path",
    "Value",
    "as_written",
    "assignments",
    "fields",
    "merge_sources",
    "pairs",
    "plain",
    "tagged",
    "texts",
    "without",
    "words",
]

MAX_NODES = 200_000
Path = tuple[str, ...]  # keys, from a value down


@dataclass(slots=True, eq=False, frozen=True)
class Field:
    """An entry of a mapping: its nodes, and whether it stands in the mapping or came by ``<<``."""

    key: Scalar
    node: Node
    own: bool
    owner: Mapping


def fields(mapping: Node | None, file: str = "") -> dict[str, Field]:
    """Return the entries of *mapping* with its merge keys resolved, own entries first.

    An own entry wins over a merged one, an earlier source over a later one (YAML merge key,
    https://yaml.org/type/merge.html). *file* is what a message calls the text.

    Raises:
        UserError: Merge keys make more than 200,000 entries of it.
    """
    found: dict[str, Field] = {}
    mapping = deref(mapping)
    if isinstance(mapping, Mapping):
        _collect(mapping, found, own=True, budget=_Budget(file))
    return found


@dataclass(slots=True)
class _Budget:
    """How many entries merge keys may still make of one mapping of *file*."""

    file: str
    left: int = MAX_NODES

    def take(self, key: Node) -> None:
        self.left -= 1
        if self.left < 0:
            raise UserError(
                f"the merge keys of one service hold more than {MAX_NODES} entries",
                fix="remove merge keys that multiply each other",
                where=Place(self.file, key.line + 1),
            )


def _collect(mapping: Mapping, found: dict[str, Field], *, own: bool, budget: _Budget) -> None:
    merged: list[Node] = []
    for key, value in mapping.entries:
        budget.take(key)
        if not isinstance(key, Scalar):
            continue
        if key.value == "<<" and not key.style:
            merged.append(value)
        elif key.value not in found:
            found[key.value] = Field(key, value, own, mapping)
    for node in merged:
        for source in merge_sources(node):
            _collect(source, found, own=False, budget=budget)


def merge_sources(node: Node) -> Iterator[Mapping]:
    """Yield the mappings that the value of a merge key names: one, or each of a sequence."""
    target = deref(node)
    if isinstance(target, Mapping):
        yield target
    elif isinstance(target, Sequence):
        for item in target.items:
            source = deref(item)
            if isinstance(source, Mapping):
                yield source


def as_written(scalar: Scalar) -> str | None:
    """Return the word that stands in the file; None for null."""
    return None if scalar.is_null else scalar.value


def plain(
    document: Document, node: Node | None, word: Callable[[Scalar], str | None] = as_written
) -> Value:
    """Return *node* as text, lists and dicts; a missing node is None.

    Args:
        document: The document that *node* is of.
        node: Any of its nodes.
        word: What a scalar says.

    Raises:
        UserError: Aliases make more than 200,000 values of it.
    """
    return _Plain(document, word).value(node)


class _Plain:
    def __init__(self, document: Document, word: Callable[[Scalar], str | None]) -> None:
        self.document = document
        self.word = word
        self.budget = MAX_NODES

    def value(self, node: Node | None) -> Value:
        node = deref(node)
        self.budget -= 1
        if node is None:
            return None
        if self.budget < 0:
            raise UserError(
                f"aliases make more than {MAX_NODES} values of one service",
                fix="remove aliases that multiply each other",
                where=self.document.where(node),
            )
        if isinstance(node, Scalar):
            return self.word(node)
        if isinstance(node, Sequence):
            return [self.value(item) for item in node.items]
        return {
            key: self.value(field.node) for key, field in fields(node, self.document.file).items()
        }


def is_ignored(key: str) -> bool:
    """Tell whether Compose ignores *key*, below any attribute: what is for other programs.

    Source: Compose Specification, "Extensions".
    """
    return key.startswith("x-")


def words(value: Value) -> list[str]:
    """Return *value* as a list of words: a list's scalars, a dict's keys, a scalar as one word."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if isinstance(value, dict):
        return list(value)
    return [value] if isinstance(value, str) else []


def assignments(value: Value) -> dict[str, str | None]:
    """Return *value*, ``["A=b"]`` or ``{A: b}``, as a dict; what has no value gets None."""
    if isinstance(value, dict):
        return {key: item if isinstance(item, str) else None for key, item in value.items()}
    split = (word.partition("=") for word in words(value))
    return {name: text if sign else None for name, sign, text in split}


def pairs(value: Value) -> dict[str, str]:
    """Return *value*, ``["A=b"]`` or ``{A: b}``, as a dict; what has no value gets ``""``."""
    return {name: text or "" for name, text in assignments(value).items()}


def texts(value: Value) -> Iterator[str]:
    """Yield every scalar in *value*, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)


def tagged(node: Node | None, *tags: str) -> tuple[Path, ...]:
    """Return the paths in *node* of what has one of *tags*, such as ``!reset``; ``()`` is itself.

    Source: Compose Specification, "Merge", "Reset value" and "Replace value".
    """
    return tuple(_tagged(node, tags, (), [MAX_NODES]))


def _tagged(
    node: Node | None, tags: tuple[str, ...], path: Path, left: list[int]
) -> Iterator[Path]:
    node = deref(node)
    left[0] -= 1
    if node is None or left[0] < 0:
        return
    if node.tag in tags:
        yield path
    for key, entry in fields(node).items():
        yield from _tagged(entry.node, tags, (*path, key), left)


def without(value: Value, paths: tuple[Path, ...]) -> Value:
    """Return *value* without what stands at *paths*."""
    for path in paths:
        value = _without(value, path)
    return value


def _without(value: Value, path: Path) -> Value:
    if not path:
        return None
    if not isinstance(value, dict) or path[0] not in value:
        return value
    rest = {key: part for key, part in value.items() if key != path[0]}
    if len(path) == 1:
        return rest
    return {**value, path[0]: _without(value[path[0]], path[1:])}
