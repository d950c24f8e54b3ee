"""Merge what two files say of one service, in the text of the first.

Compose resolves `extends` within each file before it merges them, so a service is written out in
full where the text of both together would mean something else.
"""

from collections.abc import Iterable

from composefile.document import Document, Service
from composefile.merging import merge_values
from composefile.model import Model
from composefile.syntax.parser import Alias, walk
from composefile.values import without
from generator.editing.edits import Edits, append_lines, service_span, shift
from generator.editing.emit import entry
from generator.editing.layout import layout_of
from generator.editing.service import ServiceEdits
from generator.expanded import expanded, says
from generator.said import Said, alike, said

# Lists that are one thing, not several.
_WORDS = ("command", "entrypoint")


def merged_services(first: Model, second: Model, services: Iterable[Service]) -> str:
    """Return the text of *first* with what *services* of *second* say on top of its own."""
    edits = Edits(first.document.text)
    for service in services:
        _merge_service(edits, first, second, service)
    return edits.apply()


def _merge_service(edits: Edits, first: Model, second: Model, service: Service) -> None:
    name, whole = service.name, said(service.body)
    body = ServiceEdits(first, name, layout_of(first.document, name), edits)
    news = says(second, name)
    for key in first.fields(name) if () in whole.gone else ():
        if key not in news:
            body.drop(key)
    for key, new in news.items():
        present = first.fields(name).get(key)
        if new.silent:
            body.drop(key)
        elif present is None or () in (*new.gone, *whole.gone):
            body.put(key, new.value, override=() in new.gone)
        else:
            _merge_key(body, key, said(present.node), new)
    body.finish()


def removed_service(document: Document, name: str) -> str:
    """Return the text of *document* without service *name*."""
    edits = Edits(document.text)
    span = service_span(document, document.service(name))
    edits.delete(span.start, span.end)
    return edits.apply()


def added_service(document: Document, over: Model, service: Service) -> str:
    """Return the text of *document* with *service* of *over*, which it does not have yet."""
    second = over.document
    edits, layout = Edits(document.text), layout_of(document)
    if not document.names:
        start = "" if document.text.endswith("\n") else layout.newline
        first_of_all = {service.name: expanded(over, service.name)}
        edits.insert(document.end, start + entry("services", first_of_all, layout, 0))
        return edits.apply()
    last = list(document)[-1]
    column = last.key.column
    base = over.base(service.name)
    if base is not None and base[0] is over and base[1] in document:
        lines = entry(service.name, expanded(over, service.name), layout, column)
    elif any(isinstance(node, Alias) or node.anchor for node in walk(service.body)):
        lines = entry(service.name, said(service.body).value, layout, column)
    else:
        span = service_span(second, service)
        copied = second.text[span.start : span.end].replace("\r\n", "\n")
        lines = copied.replace("\n", layout.newline)
        lines = lines if lines.endswith("\n") else lines + layout.newline
        lines = shift(lines, column - service.key.column)
    gap = layout.newline if layout.gap else ""
    append_lines(edits, service_span(document, last).end, gap + lines)
    return edits.apply()


def _merge_key(body: ServiceEdits, key: str, old: Said, new: Said) -> None:
    before = without(old.value, new.gone)
    merged = merge_values(("services", body.name, key), before, new.value)
    if body.model.document.v1 and isinstance(merged, list) and key not in _WORDS:
        merged = list(dict.fromkeys(map(str, merged)))  # docker-compose 1.x refuses one item twice
    if not alike(merged, old.value):
        body.put(key, merged, override=() in old.gone)
