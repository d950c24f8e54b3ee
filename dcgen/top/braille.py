"""A graph of braille characters: each is two dots wide and four high (Unicode block U+2800).

What a character shows is of one *kind*, so that it can have one colour: the line before the limit,
the limit before a mark.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

Kind = Literal["", "mark", "limit", "line"]
Run = tuple[str, Kind]
WIDE, HIGH = 2, 4
_EMPTY = 0x2800
# By column and row of a dot within its character.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_ORDER: tuple[Kind, ...] = ("", "mark", "limit", "line")
_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(slots=True)
class _Canvas:
    columns: int
    rows: int
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    kinds: dict[tuple[int, int], Kind] = field(default_factory=dict)

    def dot(self, x: int, y: int, kind: Kind) -> None:
        # *y* counts from the bottom.
        column, row = x // WIDE, self.rows - 1 - y // HIGH
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return
        cell, bit = (column, row), _BITS[x % WIDE][HIGH - 1 - y % HIGH]
        self.dots[cell] = self.dots.get(cell, 0) | bit
        self.kinds[cell] = max(self.kinds.get(cell, ""), kind, key=_ORDER.index)

    def lines(self) -> list[list[Run]]:
        return [self._line(row) for row in range(self.rows)]

    def _line(self, row: int) -> list[Run]:
        cells = [
            (chr(_EMPTY + self.dots[column, row]), self.kinds[column, row])
            if (column, row) in self.dots
            else (" ", _ORDER[0])
            for column in range(self.columns)
        ]
        return [
            ("".join(text for text, _ in some), kind)
            for kind, some in groupby(cells, key=lambda cell: cell[1])
        ]


@dataclass(frozen=True, slots=True)
class Window:
    """What part of time is shown, and up to which value: seconds since 1970, and *top* above 0."""

    begin_s: float
    end_s: float
    top: float


def ceiling(largest: float) -> float:
    """Return a round number that is not below *largest*: the top of an axis that begins at 0."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return power * next(number for number in _ROUND if number * power >= largest * 0.9999)


def graph(
    points: Sequence[tuple[float, float | None]],
    size: tuple[int, int],
    window: Window,
    limits: Sequence[tuple[float, float | None]] = (),
    marks: Sequence[float] = (),
) -> list[list[Run]]:
    """Return the lines of a graph, from the top, each as runs of characters of one kind.

    Args:
        points: Moments in their order, and the value then; None is a gap.
        size: Columns and rows of characters.
        window: What is shown of it.
        limits: Moments and values of a dotted line.
        marks: Moments of vertical dotted lines.
    """
    canvas = _Canvas(*size)
    width, height = size[0] * WIDE, size[1] * HIGH

    def across(at_s: float) -> int:
        return round((at_s - window.begin_s) / (window.end_s - window.begin_s) * (width - 1))

    def up(value: float) -> int:
        return min(round(value / window.top * (height - 1)), height - 1)

    for at_s in marks:
        for y in range(0, height, 2):
            canvas.dot(across(at_s), y, "mark")
    _dotted(canvas, {across(at_s): up(limit) for at_s, limit in limits if limit is not None})
    before: tuple[int, int] | None = None
    for at_s, value in points:
        now = None if value is None else (across(at_s), up(value))
        if now:
            _stroke(canvas, before or now, now)
        before = now
    return canvas.lines()


def _dotted(canvas: _Canvas, heights: Mapping[int, int]) -> None:
    # Every third column of dots; each height holds until the next one.
    height: int | None = None
    for x in range(canvas.columns * WIDE):
        height = heights.get(x, height)
        if height is not None and x % 3 == 0:
            canvas.dot(x, height, "limit")


def _stroke(canvas: _Canvas, begin: tuple[int, int], end: tuple[int, int]) -> None:
    steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
    for step in range(steps + 1):
        share = step / steps
        x, y = (round(a + (b - a) * share) for a, b in zip(begin, end, strict=True))
        canvas.dot(x, y, "line")
