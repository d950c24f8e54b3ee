"""Comments at labels and variables that move to another service: they go with them."""

from collections.abc import Iterator, Mapping

from composefile.document import deref, own
from composefile.model import Model
from composefile.syntax import parser as tree
from generator.editing.edits import entry_span, is_comment, line_end, line_start
from generator.editing.emit import Emitted, Remarked, flow


def remarked(
    model: Model, name: str, key: str, values: Mapping[str, Emitted]
) -> dict[str, Emitted]:
    """Return *values*, entries of *key* of service *name*, with the comments at them there.

    *key* may be one of two: ``deploy.labels``. The values can only be written as a block then.
    """
    outer, _, inner = key.partition(".")
    field = model.fields(name).get(outer)
    node = deref(field.node) if field and not model.inherits(name, outer) else None
    node = deref(own(node, inner)) if inner else node
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    if isinstance(node, tree.Mapping) and not node.flow:
        found = dict(_of_entries(model.document.text, node))
    elif isinstance(node, tree.Sequence) and not node.flow:
        every = len(values) == len(node.items)
        found = dict(_of_items(model.document.text, node, every=every))
    return {label: _with(value, *found.get(label, ((), ""))) for label, value in values.items()}


def _with(value: Emitted, above: tuple[str, ...], behind: str) -> Emitted:
    if value is None or not (above or behind):
        return value
    return Remarked(flow(value) + behind, above)


def _of_entries(text: str, node: tree.Mapping) -> Iterator[tuple[str, tuple[tuple[str, ...], str]]]:
    for key, value in node.entries:
        span = entry_span(text, key, value)
        above = text[span.start : line_start(text, key.start)]
        below = text[line_end(text, max(key.end, value.end - 1)) : span.end]
        yield getattr(key, "value", ""), (_comments(above + below), _behind(text, value))


def _of_items(
    text: str, node: tree.Sequence, *, every: bool
) -> Iterator[tuple[str, tuple[tuple[str, ...], str]]]:
    """Yield the comments of each item; those above stay where the list stays, and go with it."""
    start = line_start(text, node.start)
    for item in node.items:
        above = text[start : line_start(text, item.start)] if every else ""
        start = line_end(text, item.end)
        value = getattr(deref(item), "value", "")
        yield value.partition("=")[0], (_comments(above), _behind(text, item))


def _comments(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if is_comment(line))


def _behind(text: str, node: tree.Node) -> str:
    behind = text[node.end : line_end(text, node.end)].rstrip()
    return behind if behind.lstrip(" \t").startswith("#") else ""
