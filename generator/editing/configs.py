"""The top-level `configs` and `secrets`: put an entry there, take one away, find a free name."""

from collections.abc import Mapping as MappingOf

from composefile.document import Document, own
from composefile.syntax.parser import Alias, Mapping, Scalar
from generator.editing.edits import Edits, append_lines, lines_of
from generator.editing.emit import Emitted, Layout, Literal, entry, flow, scalar

Entries = MappingOf[str, Emitted]


def put_config(edits: Edits, document: Document, layout: Layout, name: str, content: str) -> None:
    """Put the entry *name* with *content* under the top-level `configs`, in place of an old one.

    Its last line gets an end also where the file has none: HAProxy refuses a text without it.
    """
    put_entries(edits, document, layout, "configs", {name: {"content": Literal(content)}})


def put_entries(
    edits: Edits, document: Document, layout: Layout, section: str, values: Entries
) -> None:
    """Put *values* under the top-level *section*, each in place of an old one of its name."""
    text, present = document.text, own(document.root, section)
    if not isinstance(present, Mapping):
        _put_section(edits, document, layout, section, values)
        return
    column = present.entries[0][0].column if present.entries else layout.step
    lines = ""
    pieces: list[str] = []
    for name, value in values.items():
        old = next(((key, node) for key, node in present.entries if _is(key, name)), None)
        written = entry(name, value, layout, column)
        piece = f"{scalar(name)}: {flow(value)}"
        if old and present.flow:
            edits.replace(old[0].start, old[1].end, piece)
        elif old:
            span = lines_of(text, old[0].start, old[1].end)
            edits.replace(span.start, span.end, written)
        else:
            lines, pieces = lines + written, [*pieces, piece]
    if pieces and present.flow:
        at = present.entries[-1][1].end if present.entries else present.end - 1
        edits.insert(at, f"{', ' if present.entries else ''}{', '.join(pieces)}")
    elif lines:
        append_lines(edits, present.end, lines, whole=True)


def _put_section(
    edits: Edits, document: Document, layout: Layout, section: str, values: Entries
) -> None:
    """Put a *section* that has *values* alone, beside what an alias there stands for."""
    root, text = document.root, document.text
    present = next(((key, value) for key, value in root.entries if _is(key, section)), None)
    alias = present[1] if present and isinstance(present[1], Alias) else None
    merged = f"<<: *{alias.name}" if alias else ""
    if root.flow:
        inner = flow(values)[1:-1]
        written = f"{section}: {{{merged}{', ' if merged else ''}{inner}}}"
        end = root.entries[-1][1].end
        start, end = (present[0].start, present[1].end) if present else (end, end)
        edits.replace(start, end, written if present else f", {written}")
        return
    lines = entry(section, values, layout, root.column)
    if not present:
        _append_section(edits, document, layout, lines)
        return
    key, value = present
    edits.delete(text.index(":", key.end) + 1, max(value.end, text.index(":", key.end) + 1))
    first = " " * (root.column + layout.step) + merged + layout.newline if merged else ""
    below = first + lines.split("\n", 1)[1]
    append_lines(edits, max(key.end + 1, value.end), below, whole=True)


def remove_config(edits: Edits, document: Document, name: str) -> None:
    """Take the entry *name* away from under the top-level `configs`, and an empty `configs` too."""
    configs = document.section("configs")
    if configs is None or own(configs, name) is None:
        return
    for key, value in (document.root if len(configs.entries) == 1 else configs).entries:
        wanted = "configs" if len(configs.entries) == 1 else name
        if _is(key, wanted):
            span = lines_of(document.text, key.start, max(key.end, value.end))
            edits.delete(span.start, span.end)


def _append_section(edits: Edits, document: Document, layout: Layout, lines: str) -> None:
    text, end = document.text, document.end
    newline = layout.newline
    if end == len(text) and not text.endswith("\n"):
        edits.insert(end, newline * 2 + lines)
        return
    blank = text[:end].endswith((newline * 2, "\n\n"))
    edits.insert(end, lines if blank else newline + lines)


def _is(key: object, name: str) -> bool:
    return isinstance(key, Scalar) and key.value == name


def free_config_name(document: Document, service: str) -> str:
    """Return a name under the top-level `configs` for the balancer of *service*."""
    configs = document.section("configs")
    taken = (
        {key.value for key, _ in configs.entries if isinstance(key, Scalar)} if configs else set()
    )
    name = f"{service}-haproxy"
    while name in taken:
        name += "-dcgen"
    return name
