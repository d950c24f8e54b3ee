"""The speeds of the last minute, ten minutes and hour, as they were when they happened."""

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __package__:
    from dockercoins.webui.speeds import Pace
else:  # in the image it is beside this file
    from speeds import Pace

# Seconds of a window: seconds of one point in it.
WINDOWS = {60: 1, 600: 5, 3600: 30}
HUNDREDTHS = 2


@dataclass(frozen=True)
class Point:
    """The speeds of a second, or their mean over several.

    Attributes:
        at_s: When it began, in whole seconds since 1970.
        total: All workers together; None if there were no numbers.
        workers: By the worker's name.
    """

    at_s: int
    total: Pace | None
    workers: Mapping[str, Pace]


class History:
    """Keeps points. A point never changes: it is made when its time is over."""

    def __init__(self) -> None:
        self._points = {
            window: deque[Point](maxlen=window // step + 1) for window, step in WINDOWS.items()
        }
        self._open: dict[int, list[Point]] = {window: [] for window in WINDOWS}
        self._names: dict[str, tuple[int, str]] = {}
        self._next = itertools.count()

    def add(self, point: Point) -> dict[int, Point]:
        """Take in the *point* of one second; return the points that are complete by it."""
        complete = {}
        for window, step in WINDOWS.items():
            seconds = self._open[window]
            if seconds and seconds[0].at_s // step != point.at_s // step:
                complete[window] = _mean(seconds, step)
                seconds.clear()
            seconds.append(point)
            if step == 1:
                complete[window] = point
                seconds.clear()
        for window, made in complete.items():
            self._points[window].append(made)
        if max(WINDOWS) in complete:
            self._forget()
        return complete

    def rows(self) -> dict[int, list[list[Any]]]:
        """Return all points by window, oldest first, each as `row` gives it."""
        return {
            window: [self.row(point) for point in points] for window, points in self._points.items()
        }

    def row(self, point: Point) -> list[Any]:
        """Return ``[at_s, hashes/s, coins/min, {number of the worker: [hashes/s, coins/min]}]``."""
        workers = {self.number(name): _rounded(pace) for name, pace in point.workers.items()}
        return [point.at_s, *_rounded(point.total), workers]

    def number(self, name: str, host: str = "") -> int:
        """Return the number that stands for the worker *name*, and note its *host*."""
        number, before = self._names.get(name) or (next(self._next), "")
        self._names[name] = number, host or before
        return number

    def names(self) -> dict[int, list[str]]:
        """Return name and host of each worker in the history, by its number."""
        return {number: [name, host] for name, (number, host) in self._names.items()}

    def _forget(self) -> None:
        # The names of workers that are in no point any more.
        kept = {n for points in self._points.values() for p in points for n in p.workers}
        kept |= {n for points in self._open.values() for p in points for n in p.workers}
        self._names = {name: entry for name, entry in self._names.items() if name in kept}


def _rounded(pace: Pace | None) -> list[float | None]:
    if pace is None:
        return [None, None]
    return [n if n is None else round(n, HUNDREDTHS) for n in (pace.hashes, pace.coins)]


def _mean(seconds: list[Point], step: int) -> Point:
    names = {name for second in seconds for name in second.workers}
    totals = [second.total for second in seconds if second.total is not None]
    workers = {
        # A worker that was not there did nothing.
        name: _mean_pace([s.workers.get(name, Pace(0, 0)) for s in seconds if s.total is not None])
        for name in names
    }
    at_s = seconds[0].at_s // step * step
    return Point(at_s, _mean_pace(totals) if totals else None, workers)


def _mean_pace(paces: list[Pace]) -> Pace:
    def mean(numbers: list[float | None]) -> float | None:
        known = [number for number in numbers if number is not None]
        return sum(known) / len(known) if known else None

    return Pace(mean([p.hashes for p in paces]), mean([p.coins for p in paces]))
