"""Edits of a text by offset, by entry and by item: the one way in which this room changes a file.

An edit replaces a range; ranges do not overlap. What no edit names comes out byte for byte.

The rule for comments: a comment line below a service that is indented deeper than the service's
name belongs to it, any other belongs to what follows; a comment line right above an entry, in the
same column, belongs to that entry.
"""

import bisect
import itertools
from dataclasses import dataclass

from composefile.document import Document, Service
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the text, from *start* up to *end*."""

    start: int
    end: int


class Edits:
    """A set of replacements in one *text*."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, new: str) -> None:
        """Put *new* where ``text[start:end]`` stands; the same edit twice counts once.

        Raises:
            ValueError: The range overlaps one that was edited already.
        """
        edit = (start, end, new)
        at = bisect.bisect_left(self._edits, edit)
        if at < len(self._edits) and self._edits[at] == edit and start < end:
            return
        before = self._edits[at - 1] if at else (0, 0, "")
        after = self._edits[at] if at < len(self._edits) else (len(self.text), len(self.text), "")
        if (
            before[1] > start
            or (after[0] < end and after[0] != start)
            or (after[0] == start and after[1] > start and end > start)
        ):
            raise ValueError(f"two edits of the characters {start} to {end}")
        self._edits.insert(at, edit)

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether no edit touches ``text[start:end]``."""
        at = bisect.bisect_left(self._edits, (start,))
        near = itertools.islice(self._edits, max(at - 1, 0), None)
        touching = itertools.takewhile(lambda edit: edit[0] < end, near)
        return not any(last > start for _, last, _ in touching)

    def delete(self, start: int, end: int) -> None:
        """Take ``text[start:end]`` away."""
        self.replace(start, end, "")

    def insert(self, at: int, new: str) -> None:
        """Put *new* in front of the character at offset *at*."""
        self.replace(at, at, new)

    def apply(self, start: int = 0, end: int | None = None) -> str:
        """Return ``text[start:end]`` with the edits that lie within it."""
        end = len(self.text) if end is None else end
        parts, position = [], start
        for first, last, new in self._edits:
            if first >= start and last <= end:
                parts += [self.text[position:first], new]
                position = last
        parts.append(self.text[position:end])
        return "".join(parts)

    def __bool__(self) -> bool:
        return bool(self._edits)


def line_start(text: str, offset: int) -> int:
    """Return the offset of the first character of the line that *offset* is in."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return the offset behind the line break that ends the line that *offset* is in."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def indentation(line: str) -> int:
    """Return the number of spaces that *line* begins with."""
    return len(line) - len(line.lstrip(" "))


def is_comment(line: str) -> bool:
    """Tell whether *line* holds a comment and nothing else."""
    return line.lstrip(" \t").startswith("#")


def shift(text: str, columns: int) -> str:
    """Return *text* with every line that holds something moved right by *columns* spaces.

    A negative number moves left, as far as the line's own indentation allows.
    """
    if columns == 0:
        return text
    # Not `splitlines`: it would also break a quoted scalar that holds U+2028.
    lines = text.split("\n")
    if columns > 0:
        return "\n".join(" " * columns + line if line.strip() else line for line in lines)
    return "\n".join(
        line[min(-columns, indentation(line)) :] if line.strip() else line for line in lines
    )


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
