"""Values of the file as they are written again elsewhere: same words, same quotes, same anchors.

Where the text of an entry can be repeated, it is (`copy_entry`); where a value must be put together
anew, its scalars keep the type that their spelling gave them (`written`).
"""

import contextlib
import itertools
from collections.abc import Iterator

from composefile.document import Document, deref
from composefile.syntax.parser import Node, Scalar, Sequence, walk
from composefile.values import MAX_NODES, Field, Value, fields
from faults import UserError
from generator.editing.edits import Edits, Span, line_start, lines_of, shift
from generator.editing.emit import Emitted, Layout, Quoted, Verbatim, entry


def written(node: Node | None) -> Emitted:
    """Return *node* as a value to emit: aliases and merge keys resolved, scalars as they stand.

    Raises:
        UserError: Aliases make more than 200,000 values of it.
    """
    return _written(node, itertools.count())


def _written(node: Node | None, counter: Iterator[int]) -> Emitted:
    node = deref(node)
    if node is None:
        return None
    if next(counter) > MAX_NODES:
        raise UserError(
            f"aliases make more than {MAX_NODES} values of one entry, that of line {node.line + 1}",
            fix="remove aliases that multiply each other",
        )
    if isinstance(node, Scalar):
        if node.style or "\n" in node.value:
            return Quoted(node.value)
        return None if node.is_null else Verbatim(node.value)
    if isinstance(node, Sequence):
        return [_written(item, counter) for item in node.items]
    return {key: _written(field.node, counter) for key, field in fields(node).items()}


def quoted(value: Value) -> Emitted:
    """Return a resolved *value* as one to emit: every scalar that is no whole number in quotes."""
    if isinstance(value, list):
        return [quoted(item) for item in value]
    if isinstance(value, dict):
        return {key: quoted(item) for key, item in value.items()}
    if isinstance(value, str):
        return Verbatim(value) if value.isascii() and value.isdigit() else Quoted(value)
    return None


def copy_entry(document: Document, field: Field, layout: Layout, column: int) -> str:
    """Return the lines of an entry again, with its keys in *column* and without comments.

    What carries an anchor there is an alias here, so that no anchor is defined twice.
    """
    text, key, node = document.text, field.key, field.node
    lone = not text[line_start(text, key.start) : key.start].strip(" ")
    if field.owner.flow or not lone:
        return entry(key.value, written(node), layout, column)
    span = lines_of(text, key.start, max(key.end, node.end))
    edits = Edits(text)
    alias_anchors(edits, node)
    drop_comments(edits, node, span.start, span.end)
    lines = edits.apply(span.start, span.end)
    if not lines.endswith("\n"):
        lines += layout.newline
    return shift(lines, column - key.column)


def alias_anchors(edits: Edits, node: Node) -> None:
    """Replace what carries an anchor inside *node* by an alias of it.

    Where the value is edited already, only the anchor goes.
    """
    for part in _anchored(node):
        if edits.is_free(part.start, part.end):
            edits.replace(part.start, part.end, f"*{part.anchor}")
        else:
            with contextlib.suppress(ValueError):
                strip_anchor(edits, part)


def strip_anchor(edits: Edits, node: Node) -> None:
    """Take the anchor of *node* away and leave its value."""
    mark = f"&{node.anchor}"
    start = edits.text.find(mark, node.start)
    end = start + len(mark)
    edits.delete(start, end + (edits.text[end : end + 1] == " "))


def drop_comments(edits: Edits, node: Node, start: int, end: int) -> None:
    """Take the comments between *start* and *end* away, where nothing else is edited."""
    for comment in comments_in(edits.text, node, Span(start, end)):
        with contextlib.suppress(ValueError):
            edits.delete(comment.start, comment.end)


def comments_in(text: str, node: Node, span: Span) -> list[Span]:
    """Return the comments inside *span*, which holds *node*; a line of its own goes whole."""
    found: list[Span] = []
    position = span.start
    for part in walk(node):
        if isinstance(part, Scalar) and part.start >= position:
            _scan(text, position, part.start, found)
            position = part.end
    _scan(text, position, span.end, found)
    return found


def _scan(text: str, start: int, end: int, found: list[Span]) -> None:
    while True:
        at = text.find("#", start, end)
        if at < 0:
            return
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if at == 0 or text[at - 1] in " \t\n":
            first = line_start(text, at)
            if not text[first:at].strip():
                found.append(Span(first, min(stop + 1, end)))
            else:
                stop -= text[stop - 1] == "\r"
                found.append(Span(len(text[:at].rstrip(" \t")), stop))
        start = stop


def _anchored(node: Node) -> list[Node]:
    """Return the outermost nodes inside *node* that carry an anchor, itself included."""
    found: list[Node] = []
    for part in walk(node):
        inside = found and part.start >= found[-1].start and part.end <= found[-1].end
        if part.anchor and not inside:
            found.append(part)
    return found
