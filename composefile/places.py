"""Where a part of a service stands, as far down as its file says it."""

from collections.abc import Iterable

from composefile.document import deref
from composefile.model import Model
from composefile.syntax.parser import Node, Scalar, Sequence
from composefile.values import fields
from faults import Place


def place_below(model: Model, name: str, key: str, path: Iterable[str]) -> Place:
    """Return where *path* stands in *key* of service *name*, as far down as in this file."""
    field = model.fields(name).get(key)
    node, found = field.node if field else None, model.where(name, key)
    for word in path:
        entry = _below(node, word)
        if entry is None:
            return found
        found, node = model.document.where(entry[0]), entry[1]
    return found


def _below(node: Node | None, word: str) -> tuple[Node, Node] | None:
    target = deref(node)
    if isinstance(target, Sequence):  # `A=b` in a list is `A: b` in a mapping
        items = (item for item in target.items if isinstance(item, Scalar))
        return next(((one, one) for one in items if one.value.partition("=")[0] == word), None)
    entry = fields(node).get(word)
    return (entry.key, entry.node) if entry else None
