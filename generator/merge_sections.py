"""Merge what two files say beside their services: networks, volumes, a name, an `x-` fragment."""

from collections.abc import Iterator

from composefile.document import Document, own
from composefile.merging import merge_values
from composefile.syntax.parser import Mapping, Node, Scalar
from composefile.values import Value, fields, without
from generator.editing.edits import Edits, append_lines, entry_span
from generator.editing.emit import Layout, entry
from generator.editing.layout import layout_of
from generator.said import Said, said

NOT_MERGED = ("services", "version")


def sections(document: Document) -> Iterator[tuple[str, Node]]:
    """Yield the top-level keys of *document* that are merged beside its services, with values."""
    for key, field in fields(document.root).items():
        if key not in NOT_MERGED and not document.v1:
            yield key, field.node


def merged_section(document: Document, key: str, new: Said) -> str:
    """Return the text of *document* with what is said *new* of its top-level *key* on top."""
    edits, layout = Edits(document.text), layout_of(document)
    node = own(document.root, key)
    if node is None:
        if new.value is not None and not new.silent:
            start = layout.newline if document.text.endswith("\n") else layout.newline * 2
            edits.insert(document.end, start + entry(key, new.value, layout, 0))
    elif isinstance(new.value, dict) and _is_plain_block(node) and () not in new.gone:
        assert isinstance(node, Mapping)  # noqa: S101 - `_is_plain_block` has looked
        _merge_entries(edits, node, key, new, layout)
    else:
        value = merge_values((key,), without(said(node).value, new.gone), new.value)
        _replace(edits, document, key, value, layout)
    return edits.apply()


def _is_plain_block(node: Node) -> bool:
    return (
        isinstance(node, Mapping)
        and not node.flow
        and bool(node.entries)
        and all(isinstance(key, Scalar) and key.value != "<<" for key, _ in node.entries)
    )


def _merge_entries(edits: Edits, node: Mapping, section: str, new: Said, layout: Layout) -> None:
    known = fields(node)
    column = node.entries[0][0].column
    old = without({key: said(field.node).value for key, field in known.items()}, new.gone)
    merged = merge_values((section,), old, new.value)
    assert isinstance(old, dict) and isinstance(merged, dict) and isinstance(new.value, dict)  # noqa: S101, PT018 - two mappings make one
    for key, field in known.items():
        if key in new.value or key not in merged:
            span = entry_span(edits.text, field.key, field.node)
            lines = entry(key, merged[key], layout, column) if key in merged else ""
            edits.replace(span.start, span.end, lines)
    added = {key: value for key, value in new.value.items() if key not in known}
    lines = "".join(entry(key, value, layout, column) for key, value in added.items())
    if lines:
        append_lines(edits, node.end, lines)


def _replace(edits: Edits, document: Document, key: str, value: Value, layout: Layout) -> None:
    for name, node in document.root.entries:
        if isinstance(name, Scalar) and name.value == key:
            span = entry_span(document.text, name, node)
            edits.replace(span.start, span.end, entry(key, value, layout, 0))
