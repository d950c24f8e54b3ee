"""Merge what two files say of one service, in the text of the first.

Compose resolves `extends` within each file before it merges them, so a service is written out in
full where the text of both together would mean something else.
"""

from composefile.document import Document, Service, load
from composefile.merging import merge_values
from composefile.model import Model
from composefile.project import Project
from composefile.syntax.parser import Mapping
from composefile.values import Value
from generator.editing.edits import Edits, service_span
from generator.editing.layout import layout_of
from generator.editing.service import ServiceEdits
from generator.expanded import expanded
from generator.said import Said, alike, in_flow, said, without


def merged_service(first: Model, second: Model, service: Service) -> str:
    """Return the text of *first* with what *service* of *second* says on top."""
    name, document = service.name, first.document
    whole = said(service.body)
    if whole.silent:
        return _removed(document, document.service(name))
    edits = Edits(document.text)
    body = ServiceEdits(first, name, layout_of(document, name), edits)
    news = says(second, name)
    for key in first.fields(name) if () in whole.gone else ():
        if key not in news:
            body.drop(key)
    for key, new in news.items():
        present = first.fields(name).get(key)
        if new.silent:
            body.drop(key)
        elif present is None or () in (*new.gone, *whole.gone):
            body.put(key, _fitting(body, new.value), override=() in new.gone)
        else:
            _merge_key(body, key, said(present.node), new)
    body.finish()
    return edits.apply()


def says(model: Model, name: str) -> dict[str, Said]:
    """Return what service *name* says by key; with all that it extends, if it extends another."""
    mine = {key: said(field.node) for key, field in model.fields(name).items()}
    if model.base(name) is None:
        return mine
    found = {key: Said(value) for key, value in expanded(model, name).items()}
    for key, new in mine.items():
        if new.gone:
            found[key] = Said(found[key].value if key in found else None, new.gone, new.silent)
    return found


def _merge_key(body: ServiceEdits, key: str, old: Said, new: Said) -> None:
    before = without(old.value, new.gone)
    merged = merge_values(("services", body.name, key), before, new.value)
    if not alike(merged, old.value):
        body.put(key, _fitting(body, merged), override=() in old.gone)


def _fitting(body: ServiceEdits, value: Value) -> Value:
    return in_flow(value) if isinstance(body.node, Mapping) and body.node.flow else value


def _removed(document: Document, service: Service) -> str:
    edits = Edits(document.text)
    span = service_span(document, service)
    edits.delete(span.start, span.end)
    return edits.apply()


def written_out(first: Document, second: Model, project: Project) -> Document:
    """Return *first* with each service written out in full whose `extends` would see *second*.

    That is a service whose base *second* changes, and one of which *second* takes something away.
    """
    changed = set(second.names)
    model = Model(first, project)
    for name in model.names:
        if not _must_be_written_out(model, name, second, changed):
            continue
        edits = Edits(first.text)
        body = ServiceEdits(model, name, layout_of(first, name), edits)
        for key, value in expanded(model, name).items():
            if key not in model.fields(name) or model.inherits(name, key):
                body.put(key, _fitting(body, value), override=False)
        body.drop("extends")
        body.finish()
        first = load(edits.apply(), first.file)
        model = Model(first, project)
    return first


def _must_be_written_out(model: Model, name: str, second: Model, changed: set[str]) -> bool:
    base = model.base(name)
    if base is None:
        return False
    if base[0] is model and base[1] in changed:
        return True
    if name not in changed:
        return base[0] is model and _must_be_written_out(model, base[1], second, changed)
    new = says(second, name)
    return "logging" in new or any(one.gone for one in new.values())
