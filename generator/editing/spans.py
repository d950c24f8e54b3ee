"""Which lines belong to what: an entry, an item, a service with its comments.

The rule for comments: a comment line below a service that is indented deeper than the service's
name belongs to it, any other belongs to what follows; a comment line right above an entry, in the
same column, belongs to that entry.
"""

from dataclasses import dataclass

from composefile.document import Document, Service
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence, walk
from generator.editing.edits import Edits, indentation, is_comment, line_end, line_start


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the text, from *start* up to *end*."""

    start: int
    end: int


def entry_span(text: str, key: Node, value: Node) -> Span:
    """Return the whole lines of a block mapping's entry, its own comments included.

    Those are the comments right above, and deeper ones right below: an item no longer used, say.
    """
    lines = lines_of(text, key.start, max(key.end, value.end))
    start = lines.start
    while start > 0:
        above = line_start(text, start - 1)
        line = text[above:start]
        if not is_comment(line) or indentation(line) != key.column:
            break
        start = above
    return Span(start, _end_of_deeper_comments(text, lines.end, key.column))


def _end_of_deeper_comments(text: str, end: int, column: int) -> int:
    while end < len(text):
        following = text[end : line_end(text, end)]
        if not is_comment(following) or indentation(following) <= column:
            break
        end += len(following)
    return end


def lines_of(text: str, start: int, end: int) -> Span:
    """Return the whole lines that hold the characters from *start* up to *end*."""
    return Span(line_start(text, start), line_end(text, max(start, end - 1)))


def service_span(document: Document, service: Service) -> Span:
    """Return the lines of *service*: its name, its body, and the deeper comments right below."""
    text, key = document.text, service.key
    lines = lines_of(text, key.start, max(key.end, service.body.end))
    end = _end_of_deeper_comments(text, lines.end, key.column)
    start = lines.start + (text[lines.start] == "\ufeff")
    return Span(start, end)


def remove_entries(
    edits: Edits, mapping: Mapping, keys: set[str], *, comments: bool = True
) -> None:
    """Take the entries under *keys* out of *mapping*, block or flow.

    With *comments*, the comment lines right above an entry go with it. The caller makes sure that
    something is left, or that an empty mapping may stand there.
    """
    chosen = [isinstance(key, Scalar) and key.value in keys for key, _ in mapping.entries]
    ranges = [Span(key.start, max(key.end, value.end)) for key, value in mapping.entries]
    if mapping.flow:
        _remove_flow(edits, ranges, chosen)
        return
    for (key, value), gone in zip(mapping.entries, chosen, strict=True):
        if gone:
            full = lines_of(edits.text, key.start, max(key.end, value.end))
            span = entry_span(edits.text, key, value) if comments else full
            edits.delete(span.start, span.end)


def remove_items(edits: Edits, sequence: Sequence, indexes: set[int]) -> None:
    """Take the items at *indexes* out of *sequence*, block or flow."""
    if sequence.flow:
        ranges = [Span(item.start, item.end) for item in sequence.items]
        _remove_flow(edits, ranges, [index in indexes for index in range(len(ranges))])
        return
    for index in sorted(indexes):
        item = sequence.items[index]
        dash = edits.text.rfind("-", 0, max(item.start, 1))
        span = lines_of(edits.text, min(dash, item.start), item.end)
        edits.delete(span.start, span.end)


def _remove_flow(edits: Edits, ranges: list[Span], gone: list[bool]) -> None:
    last_kept = max((index for index, out in enumerate(gone) if not out), default=-1)
    for index, out in enumerate(gone):
        if out and index < last_kept:
            edits.delete(ranges[index].start, ranges[index + 1].start)
    if last_kept + 1 < len(ranges):
        start = ranges[last_kept].end if last_kept >= 0 else ranges[0].start
        edits.delete(start, ranges[-1].end)


def append_entry(edits: Edits, mapping: Mapping, block: str, flow: str) -> None:
    """Put an entry behind the last one of *mapping*: *block* as lines, *flow* as ``key: value``."""
    if mapping.flow:
        at = mapping.end - 1
        if mapping.entries:
            key, value = mapping.entries[-1]
            at = max(key.end, value.end)
        edits.insert(at, f", {flow}" if mapping.entries else flow)
        return
    end = mapping.end
    if mapping.entries:
        key, value = mapping.entries[-1]
        end = entry_span(edits.text, key, value).end
    append_lines(edits, end, block)


def append_item(edits: Edits, sequence: Sequence, block: str, flow: str) -> None:
    """Put an item behind the last one of *sequence*: *block* as lines, *flow* as a value."""
    if sequence.flow:
        at = sequence.items[-1].end if sequence.items else sequence.end - 1
        edits.insert(at, f", {flow}" if sequence.items else flow)
        return
    append_lines(edits, sequence.end, block)


def append_lines(edits: Edits, end: int, lines: str, *, whole: bool = False) -> None:
    """Put *lines* below the line that holds the character before offset *end*.

    A file without a final line end stays one, unless *whole* asks for the last line's.
    """
    text = edits.text
    at = line_end(text, max(end - 1, 0))
    if at == len(text) and not text.endswith("\n"):
        newline = "\r\n" if lines.endswith("\r\n") else "\n"
        edits.insert(at, newline + (lines if whole else lines.removesuffix(newline)))
    else:
        edits.insert(at, lines)


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


def anchored(node: Node) -> list[Node]:
    """Return the outermost nodes inside *node* that carry an anchor, itself included."""
    found: list[Node] = []
    for part in walk(node):
        inside = found and part.start >= found[-1].start and part.end <= found[-1].end
        if part.anchor and not inside:
            found.append(part)
    return found
