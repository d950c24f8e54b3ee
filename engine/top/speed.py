"""How fast the counted log lines say that work is done, straight for who works steadily.

A program says once in a while how much it did since it said so last. So what a line says was done
between the line before and this one, and the speed over several lines is what all but the first
say, over the time from the first to the last: steady work is a straight line, however the moments
of looking fall between the lines. If no line comes for `LATE_S`, the time goes on without it.
"""

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.count import amount

WINDOW_S = 10.0
LATE_S = 2.5


@dataclass(slots=True)
class _Lines:
    # Of one member: when each came, and the sum up to it.
    sums: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0
    came_s: float = 0.0

    def add(self, at_s: float, number: int, now_s: float) -> None:
        if self.sums and at_s <= self.sums[-1][0]:
            return  # it was told again
        self.total += number
        self.came_s = now_s
        self.sums.append((at_s, self.total))
        while at_s - self.sums[0][0] > WINDOW_S:
            self.sums.popleft()

    def per_s(self, now_s: float) -> float | None:
        late_s = now_s - self.came_s
        if not self.sums or late_s > WINDOW_S + LATE_S:
            return 0.0 if self.sums else None
        (first_s, before), (last_s, total) = self.sums[0], self.sums[-1]
        passed_s = last_s - first_s + (late_s if late_s > LATE_S else 0.0)
        return (total - before) / passed_s if len(self.sums) > 1 and passed_s > 0 else None


class Speeds:
    """The speeds of members, by name; lines may come in from any thread.

    Args:
        patterns: Service to what its lines are searched for, see `engine.count`.
    """

    def __init__(self, patterns: Mapping[str, re.Pattern[str]]) -> None:
        self.patterns = patterns
        self._lines: dict[str, _Lines] = {}
        self._lock = threading.Lock()

    def add(self, service: str, name: str, text: str, at_s: float, now_s: float) -> None:
        """Take in the line *text* of *name*, written at *at_s*, which came at *now_s*."""
        pattern = self.patterns.get(service)
        number = amount(pattern, text) if pattern else None
        if number is not None:
            with self._lock:
                self._lines.setdefault(name, _Lines()).add(at_s, number, now_s)

    def per_s(self, name: str, now_s: float) -> float | None:
        """Return the speed of *name*, a second; None before there are two lines of it."""
        with self._lock:
            lines = self._lines.get(name)
            return lines.per_s(now_s) if lines else None
