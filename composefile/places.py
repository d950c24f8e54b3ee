"""Where a part of a service stands, as far down as its file says it."""

from collections.abc import Iterable

from composefile.model import Model
from composefile.values import fields
from faults import Place


def place_below(model: Model, name: str, key: str, path: Iterable[str]) -> Place:
    """Return where *path* stands in *key* of service *name*, as far down as in this file."""
    field = model.fields(name).get(key)
    node, found = field.node if field else None, model.where(name, key)
    for word in path:
        entry = fields(node).get(word)
        if entry is None:
            return found
        found, node = model.document.where(entry.key), entry.node
    return found
