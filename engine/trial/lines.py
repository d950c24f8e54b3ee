"""How fast counted log lines say that work is done, in a window of a few seconds."""

import threading
import time
from collections.abc import Mapping

from engine.count import Count, amount

KEPT_S = 60.0


class Told:
    """What the lines of a run say, member by member; they may come in from any thread.

    A program says once in a while how much it did since it said so last. So the first line in a
    window is about the time before, and what the others say was done between first and last.

    Args:
        counted: What to look for in them; None for nothing.
    """

    def __init__(self, counted: Count | None) -> None:
        self._patterns = counted.patterns if counted else {}
        self._lines: dict[str, list[tuple[float, int]]] = {}
        self._lock = threading.Lock()

    @property
    def services(self) -> tuple[str, ...]:
        """Those whose lines are looked at."""
        return tuple(self._patterns)

    def add(self, service: str, name: str, text: str, at_s: float) -> None:
        """Take in the line *text* of *name*, a replica of *service*, written at *at_s*."""
        pattern = self._patterns.get(service)
        number = amount(pattern, text) if pattern else None
        if number is None:
            return
        with self._lock:
            lines = self._lines.setdefault(name, [])
            lines.append((at_s, number))
            while at_s - lines[0][0] > KEPT_S:
                lines.pop(0)

    def add_now(self, service: str, name: str, text: str) -> None:
        """Take in the line *text* of *name*, written now."""
        self.add(service, name, text, time.monotonic())

    def per_s(self, begin_s: float, end_s: float) -> float:
        """Return what was done a second between *begin_s* and *end_s*, by all members together."""
        with self._lock:
            known: Mapping[str, list[tuple[float, int]]] = {
                name: [line for line in lines if begin_s <= line[0] < end_s]
                for name, lines in self._lines.items()
            }
        return sum(_speed(lines, end_s - begin_s) for lines in known.values())


def _speed(lines: list[tuple[float, int]], window_s: float) -> float:
    if not lines:
        return 0.0
    passed_s = lines[-1][0] - lines[0][0]
    if passed_s < window_s / 3:  # too few, or all at once: spread over all of it
        return sum(number for _, number in lines) / window_s
    return sum(number for _, number in lines[1:]) / passed_s
