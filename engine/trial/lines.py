"""How fast counted log lines say that work is done, in a window of a few seconds."""

import threading
import time
from itertools import pairwise
from statistics import fmean

from engine.count import Count, amount

KEPT_S = 60.0
# Lines of a member in a window, as a rule, from which on the time between them is known well.
MANY = 4
RECENT = 6

# When it was written, and how much it says was done.
_Line = tuple[float, int]


class Told:
    """What the lines of a run say, member by member; they may come in from any thread.

    A program says once in a while how much it did since it said so last. So the first line in a
    window is about the time before, and what the others say was done between first and last. Where
    lines are rare, a window has one more or one less of them by chance: there all count, and what
    the first says of the time before stands for what nobody has said of the end.

    Args:
        counted: What to look for in them; None for nothing.
    """

    def __init__(self, counted: Count | None) -> None:
        self._patterns = counted.patterns if counted else {}
        self._lines: dict[str, list[_Line]] = {}
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
            known = [[line for line in lines if line[0] < end_s] for lines in self._lines.values()]
        return sum(_speed(lines, begin_s, end_s) for lines in known)


def _speed(lines: list[_Line], begin_s: float, end_s: float) -> float:
    window_s = end_s - begin_s
    inside = [line for line in lines if line[0] >= begin_s]
    passed_s = inside[-1][0] - inside[0][0] if inside else 0.0
    # By how it is as a rule: by the lines of this window, those with one more would seem faster.
    steps_s = [at_s - since_s for (since_s, _), (at_s, _) in pairwise(lines[-RECENT:])]
    if not steps_s or fmean(steps_s) * MANY > window_s or passed_s < window_s / 2:
        return sum(number for _, number in inside) / window_s
    return sum(number for _, number in inside[1:]) / passed_s
