"""Edits of a text by offset: the one way in which this room changes a file.

An edit replaces a range; ranges do not overlap. What no edit names comes out byte for byte.
"""

import bisect
import itertools


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
