"""The top-level entries that one service refers to: networks, volumes, secrets, configs."""

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from composefile.document import Document
from composefile.model import Model
from composefile.paths import mount
from composefile.syntax.parser import Alias, Mapping, walk
from composefile.values import Value, fields
from generator.editing.edits import entry_span, shift
from generator.editing.emit import Emitted, Layout, entry
from generator.editing.rewrite import written

Added = MappingOf[str, MappingOf[str, Emitted]]


def sections(
    model: Model,
    name: str,
    layout: Layout,
    *,
    skip_networks: bool,
    added: Added | None = None,
) -> Iterator[str]:
    """Yield the top-level sections with those entries that service *name* refers to.

    Args:
        model: The services of the file.
        name: One of them.
        layout: Of the lines.
        skip_networks: Whether it uses no network of the file.
        added: Section to the entries that it gets beside those.
    """
    if model.document.v1:
        return
    used = {
        "networks": set() if skip_networks else set(model.networks(name) or {}),
        "volumes": _sources(model.get(name, "volumes")),
        "secrets": _sources(model.get(name, "secrets")) | _sources(_build_secrets(model, name)),
        "configs": _sources(model.get(name, "configs")),
    }
    for section, names in used.items():
        declared = model.document.section(section)
        lines = "".join(_entry_lines(model.document, declared, names, layout))
        for key, value in (added or {}).get(section, {}).items():
            lines += entry(key, value, layout, layout.step)
        if lines:
            yield f"{layout.newline}{section}:{layout.newline}{lines}"


def _entry_lines(
    document: Document, section: Mapping | None, names: set[str], layout: Layout
) -> Iterator[str]:
    for key, field in fields(section).items():
        if key not in names:
            continue
        node = field.node
        plain_text = not any(isinstance(part, Alias) for part in walk(node))
        if field.own and not field.owner.flow and plain_text:
            span = entry_span(document.text, field.key, node)
            lines = document.text[span.start : span.end]
            lines = lines if lines.endswith("\n") else lines + layout.newline
            yield shift(lines, layout.step - field.key.column)
        else:
            yield entry(key, written(node), layout, layout.step)


def _sources(value: Value) -> set[str]:
    found = set()
    for part in value if isinstance(value, list) else []:
        if isinstance(part, dict):
            found.add(str(part.get("source")))
        else:
            found.add(mount(str(part))[0])
    return found


def _build_secrets(model: Model, name: str) -> Value:
    build = model.get(name, "build")
    return build.get("secrets") if isinstance(build, dict) else None
