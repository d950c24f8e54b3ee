"""The top-level `configs`: put an entry there, take one away, find a name that is free."""

from composefile.document import Document, own
from composefile.syntax.parser import Alias, Mapping, Scalar
from generator.editing.edits import Edits, append_lines, lines_of
from generator.editing.emit import Layout, Literal, entry, flow, scalar


def put_config(edits: Edits, document: Document, layout: Layout, name: str, content: str) -> None:
    """Put the entry *name* with *content* under the top-level `configs`, in place of an old one.

    Its last line gets an end also where the file has none: HAProxy refuses a text without it.
    """
    text, configs = document.text, own(document.root, "configs")
    if not isinstance(configs, Mapping):
        _put_section(edits, document, layout, name, content)
        return
    old = next(((key, value) for key, value in configs.entries if _is(key, name)), None)
    column = configs.entries[0][0].column if configs.entries else layout.step
    if configs.flow:
        piece = f"{scalar(name)}: {flow({'content': content})}"
        if old:
            edits.replace(old[0].start, old[1].end, piece)
        else:
            at = configs.entries[-1][1].end if configs.entries else configs.end - 1
            edits.insert(at, f"{', ' if configs.entries else ''}{piece}")
        return
    lines = entry(name, {"content": Literal(content)}, layout, column)
    if old:
        span = lines_of(text, old[0].start, old[1].end)
        edits.replace(span.start, span.end, lines)
    else:
        append_lines(edits, configs.end, lines, whole=True)


def _put_section(edits: Edits, document: Document, layout: Layout, name: str, content: str) -> None:
    """Put a section `configs` that has *name* alone, beside what an alias there stands for."""
    root, text = document.root, document.text
    present = next(((key, value) for key, value in root.entries if _is(key, "configs")), None)
    alias = present[1] if present and isinstance(present[1], Alias) else None
    merged = f"<<: *{alias.name}" if alias else ""
    if root.flow:
        inner = flow({name: {"content": content}})[1:-1]
        section = f"configs: {{{merged}{', ' if merged else ''}{inner}}}"
        end = root.entries[-1][1].end
        start, end = (present[0].start, present[1].end) if present else (end, end)
        edits.replace(start, end, section if present else f", {section}")
        return
    lines = entry("configs", {name: {"content": Literal(content)}}, layout, root.column)
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
