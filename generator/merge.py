"""Merge several Compose files into one document, as Compose does with several ``-f``.

The text of the first file stays; what a later file says is put into it, so that the transforms see
one file. Source: Compose Specification, "Merge": mappings merge, sequences append, `command`,
`entrypoint` and `healthcheck.test` replace, and some sequences are unique by a part of their items.
"""

from collections.abc import Callable

from composefile.document import Document, Service, deref, load, own
from composefile.model import Model
from composefile.project import Project
from composefile.syntax.parser import Scalar
from composefile.values import fields
from faults import UserError
from generator.editing.edits import Edits, append_lines, entry_span, service_span, shift
from generator.editing.emit import Emitted, Layout, Quoted, Verbatim, entry
from generator.editing.layout import layout_of
from generator.editing.rewrite import written
from generator.editing.service import Body

REPLACED = ("command", "entrypoint", "test", "extends", "image")
NAMED = ("environment", "labels", "extra_hosts", "args", "sysctls", "annotations", "driver_opts")
KEYED = ("depends_on", "networks")
UNIQUE: dict[str, Callable[[str], str]] = {
    "volumes": lambda text: text.split(":")[1] if ":" in text else text,
    "configs": lambda text: text,
    "secrets": lambda text: text,
    "devices": lambda text: text.split(":")[1] if ":" in text else text,
}
SECTIONS = ("networks", "volumes", "secrets", "configs")


def merge(first: Document, second: Document) -> Document:
    """Return *first* with what *second* says on top; both are left as they were.

    Raises:
        UserError: One of them is in the v1 format.
    """
    for document in (first, second):
        if document.v1:
            raise UserError(
                "a file in the v1 format cannot be merged with another",
                fix="give one file",
                where=document.where(document.root),
            )
    text = first.text
    for service in second:
        document = load(text, first.file)
        if service.name in document:
            text = _merged_service(document, service)
        else:
            text = _added_service(document, second, service)
    for section in SECTIONS:
        text = _merged_section(load(text, first.file), second, section)
    return load(text, first.file)


def _merged_service(document: Document, service: Service) -> str:
    edits = Edits(document.text)
    model = Model(document, Project())
    layout = layout_of(document, service.name)
    body = Body(model, service.name, layout, edits)
    for key, field in fields(deref(service.body)).items():
        present = model.fields(service.name).get(key)
        tag = (deref(field.node) or field.node).tag
        if tag == "!reset":
            body.drop(key)
        elif present is None or tag == "!override":
            body.put(key, written(field.node))
        else:
            body.put(key, merge_values(key, written(present.node), written(field.node)))
    body.finish()
    return edits.apply()


def _added_service(document: Document, second: Document, service: Service) -> str:
    edits = Edits(document.text)
    last = list(document)[-1]
    layout = layout_of(document)
    span = service_span(second, service)
    lines = second.text[span.start : span.end].replace("\r\n", "\n").replace("\n", layout.newline)
    lines = lines if lines.endswith("\n") else lines + layout.newline
    moved = shift(lines, last.key.column - service.key.column)
    gap = layout.newline if layout.gap else ""
    append_lines(edits, service_span(document, last).end, gap + moved)
    return edits.apply()


def _merged_section(document: Document, second: Document, section: str) -> str:
    added = fields(second.section(section))
    if not added:
        return document.text
    edits, layout = Edits(document.text), layout_of(document)
    present = document.section(section)
    if present is None or present.flow or not present.entries:
        values: dict[str, Emitted] = {
            key: written(field.node) for key, field in fields(present).items()
        }
        for key, field in added.items():
            old = values.get(key)
            values[key] = (
                merge_values(key, old, written(field.node))
                if key in values
                else written(field.node)
            )
        return _with_section(edits, document, layout, section, values)
    known = fields(present)
    column = present.entries[0][0].column
    for key, field in added.items():
        if key in known:
            value = merge_values(key, written(known[key].node), written(field.node))
            span = entry_span(document.text, known[key].key, known[key].node)
            edits.replace(span.start, span.end, entry(key, value, layout, column))
        else:
            append_lines(edits, present.end, entry(key, written(field.node), layout, column))
    return edits.apply()


def _with_section(
    edits: Edits, document: Document, layout: Layout, section: str, values: dict[str, Emitted]
) -> str:
    lines = entry(section, values, layout, 0)
    old = own(document.root, section)
    if old is not None:
        for key, value in document.root.entries:
            if isinstance(key, Scalar) and key.value == section:
                span = entry_span(document.text, key, value)
                edits.replace(span.start, span.end, lines)
        return edits.apply()
    text = document.text
    start = layout.newline if text.endswith("\n") else layout.newline * 2
    edits.insert(document.end, start + lines)
    return edits.apply()


def merge_values(key: str, old: Emitted, new: Emitted) -> Emitted:
    """Return what Compose makes of *old* and *new*, the values of *key* in two files."""
    if key in NAMED:
        old, new = _as_mapping(old), _as_mapping(new)
    elif key in KEYED and (isinstance(old, dict) or isinstance(new, dict)):
        old, new = _as_keys(key, old), _as_keys(key, new)
    if new is None or key in REPLACED:
        return old if new is None else new
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: _part(name, old, part) for name, part in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return _joined(key, old, new)
    return new


def _part(name: str, old: dict[str, Emitted], part: Emitted) -> Emitted:
    return merge_values(name, old[name], part) if name in old else part


def _joined(key: str, old: list[Emitted], new: list[Emitted]) -> list[Emitted]:
    identity = UNIQUE.get(key)
    if identity is None:
        return [*old, *(part for part in new if part not in old)]
    taken = {_target(part, identity) for part in new}
    return [*(part for part in old if _target(part, identity) not in taken), *new]


def _target(part: Emitted, identity: Callable[[str], str]) -> str:
    if isinstance(part, dict):
        return str(part.get("target") or part.get("source"))
    return identity(str(part))


def _as_mapping(value: Emitted) -> Emitted:
    if not isinstance(value, list):
        return value
    found: dict[str, Emitted] = {}
    for part in value:
        name, equals, text = str(part).partition("=")
        if not equals and ":" in name:
            name, equals, text = name.partition(":")
        found[name] = Quoted(text) if equals else None
    return found


def _as_keys(key: str, value: Emitted) -> Emitted:
    if not isinstance(value, list):
        return value
    if key == "networks":
        return {str(part): None for part in value}
    return {str(part): {"condition": Verbatim("service_started")} for part in value}
