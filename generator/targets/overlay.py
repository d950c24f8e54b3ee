"""Write a variant as an overlay: only what differs, for ``-f compose.yml -f generated.yml``.

    services:
      rng1: {extends: {file: compose.yml, service: rng}, ports: !reset []}
      rng:  {build: !reset null, image: haproxy…}

The person's file stays the single source. Source: Compose Specification, "Merge": `!reset` takes
a value away, `!override` replaces it instead of merging; both need Compose 2.24.4.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from composefile import labels
from composefile.document import deref, load, own
from composefile.model import Model
from composefile.syntax.parser import Mapping, Node, Scalar
from composefile.values import Field, Value, fields, plain
from faults import UsageError, UserError
from generator.editing.emit import Emitted, Layout, Literal, entry, scalar
from generator.editing.layout import layout_of
from generator.editing.rewrite import quoted, written
from generator.expanded import expanded
from generator.result import HEADER, Made

SECTIONS = ("networks", "volumes", "secrets", "configs")


def write(made: Made) -> dict[str, str]:
    """Return the variant as an overlay, and the files beside it.

    Raises:
        UsageError: It would not stand beside the file that it is put on top of.
        UserError: The v1 format has no merging.
    """
    project = made.source.project
    there = project.folder or Path()
    if made.folder is not None and os.path.realpath(made.folder) != os.path.realpath(there):
        raise UsageError(
            "Compose reads paths in an overlay relative to the first file's folder",
            fix=f"write it there: `-o {there / made.name}`",
        )
    variant = Model(load(made.variant.text, made.source.document.file), project)
    extends = f"./{made.alone}" if made.alone else None
    text = overlay(made.source, variant, extends=extends)
    return {made.name: text, **made.variant.files}


def overlay(source: Model, variant: Model, *, extends: str | None) -> str:
    """Return the text that makes *variant* of *source* when Compose merges it on top.

    Args:
        source: What the person's files say.
        variant: What a transform made of it.
        extends: The path of the one source file, as the overlay will name it; replicas are then
            written by `extends`. None writes them out.

    Raises:
        UserError: The v1 format has no merging.
    """
    document = variant.document
    if document.v1:
        raise UserError(
            "the v1 format has no `!reset`, so it has no overlay",
            fix="leave out `--overlay`",
            where=document.where(document.root),
        )
    layout = layout_of(document)
    newline = layout.newline
    parts = [HEADER + newline + "services:" + newline]
    gone = [name for name in source.names if name not in variant.document]
    parts += [f"{' ' * layout.step}{scalar(name)}: !reset null{newline}" for name in gone]
    for name in variant.names:
        body = "".join(_service(source, variant, name, layout, extends))
        if body:
            parts.append(f"{' ' * layout.step}{scalar(name)}:{newline}{body}")
    if len(parts) == 1:
        parts = [f"{HEADER}{newline}services: {{}}{newline}"]
    parts += _sections(source, variant, layout)
    return "".join(parts)


def _service(
    source: Model, variant: Model, name: str, layout: Layout, extends: str | None
) -> Iterator[str]:
    column = 2 * layout.step
    original = _original(source, variant, name)
    if name in source.document:
        yield from _difference(source, name, variant, name, layout)
    elif original and extends is not None and variant.base(name) is None:
        reference: Emitted = {"file": extends, "service": original}
        yield entry("extends", reference, layout, column)
        yield from _difference(source, original, variant, name, layout)
    else:
        # `!reset` along a chain of `extends` takes away what the last one needs, too.
        for key, value in expanded(variant, name).items():
            yield entry(key, value, layout, column)


def _original(source: Model, variant: Model, name: str) -> str:
    """Return the service of the source that replica *name* was made from."""
    mine = variant.identity(name)
    is_known = mine.role == labels.REPLICA and mine.service in source.document
    return mine.service if is_known else ""


def _difference(source: Model, old: str, variant: Model, new: str, layout: Layout) -> Iterator[str]:
    column = 2 * layout.step
    before, after = source.fields(old), variant.fields(new)
    keys = [key for key in before if key not in after and key != "extends"]
    for key in _inherited(source, old, before):
        keys += [key] if key not in after and key not in keys else []
    for key in keys:
        if source.get(old, key) is not None and variant.get(new, key) is None:
            empty: Emitted = [] if isinstance(source.get(old, key), list) else None
            yield entry(key, empty, layout, column, "!reset")
    for key, field in after.items():
        value = variant.get(new, key)
        if value == source.get(old, key) or key == "extends":
            continue
        tag = "!override" if source.get(old, key) is not None and _merges(value) else ""
        emitted = _emitted(variant, new, key, field)
        yield entry(key, emitted, layout, column, tag)


def _inherited(source: Model, name: str, own_fields: dict[str, Field]) -> list[str]:
    base = source.base(name)
    if base is None:
        return []
    above = [*base[0].fields(base[1]), *_inherited(base[0], base[1], {})]
    return [key for key in above if key not in own_fields]


def _merges(value: Value) -> bool:
    return isinstance(value, list | dict)


def _emitted(model: Model, name: str, key: str, field: Field) -> Emitted:
    return quoted(model.get(name, key)) if model.inherits(name, key) else _written(field)


def _written(field: Field) -> Emitted:
    return written(field.node)


def _sections(source: Model, variant: Model, layout: Layout) -> Iterator[str]:
    for section in SECTIONS:
        before, after = source.document.section(section), variant.document.section(section)
        known = plain(source.document, before)
        found: dict[str, Emitted] = {}
        for key, field in fields(after).items():
            if not isinstance(known, dict) or plain(variant.document, field.node) != known.get(key):
                found[key] = _content(field.node)
        if found:
            yield layout.newline + entry(section, found, layout, 0)


def _content(node: Node) -> Emitted:
    body = deref(node)
    content = own(body, "content") if isinstance(body, Mapping) else None
    if isinstance(content, Scalar) and content.style == "|":
        return {"content": Literal(content.value)}
    return written(node)
