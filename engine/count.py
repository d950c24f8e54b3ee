"""Add up the numbers in log lines: the work that an application says it has done."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from composefile import labels
from engine.variant import Service, Variant
from faults import UserError

RECENT_S = 5.0
WARM_UP_S = 3.0
MOST_DIGITS = 100  # of a number in a line; Python refuses thousands


@dataclass(slots=True)
class Count:
    """A running sum.

    Args:
        patterns: Service to what is searched for in its lines: the first group is the number,
            without a group each line is 1.
    """

    patterns: Mapping[str, re.Pattern[str]]
    total: int = 0
    _recent: deque[tuple[float, int]] = field(default_factory=deque)
    _warm: tuple[float, int] | None = None

    def add(self, service: str, text: str) -> None:
        """Count the line *text* of *service*, if it matches."""
        if pattern := self.patterns.get(service):
            self.total += amount(pattern, text) or 0

    def mark(self, now_s: float) -> float:
        """Return the growth a second over the last `RECENT_S`, at *now_s*."""
        self._recent.append((now_s, self.total))
        while now_s - self._recent[0][0] > RECENT_S:
            self._recent.popleft()
        return _rate(self._recent[0], now_s, self.total)

    def warm(self, now_s: float) -> None:
        """Begin the measurement that `measured` ends; the start-up lies before it."""
        self._warm = self._warm or (now_s, self.total)

    def measured(self, now_s: float) -> tuple[float, float]:
        """Return the growth a second since `warm`, and over how many seconds that is."""
        if not self._warm:
            return 0.0, 0.0
        return _rate(self._warm, now_s, self.total), now_s - self._warm[0]


def amount(pattern: re.Pattern[str], text: str) -> int | None:
    """Return what the line *text* says was done: 1 without a group; None if it says nothing."""
    if not (match := pattern.search(text)):
        return None
    number = match[1] if pattern.groups else "1"
    return int(number) if number and number.isdecimal() and len(number) <= MOST_DIGITS else 0


def count(variant: Variant, everywhere: str | None = None) -> Count | None:
    """Return what the labels ``dcgen.count`` of *variant* ask to count; None if nothing.

    Args:
        variant: What runs.
        everywhere: An expression for every service, in the place of the labels.

    Raises:
        UserError: An expression is not one that Python reads.
    """
    patterns = {s.name: _compiled(s, text) for s, text in _asked(variant, everywhere)}
    return Count(patterns) if patterns else None


def _asked(variant: Variant, everywhere: str | None) -> Iterator[tuple[Service, str]]:
    for service in variant:
        if text := everywhere or service.label(labels.COUNT):
            yield service, text


def _compiled(service: Service, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:  # a{9999999999} overflows
        what = f"'{text}' is not a regular expression: {error}"
        fix = r"write one such as '(\d+) units of work done'"
        raise UserError(what, fix=fix, where=service.where("labels")) from error


def _rate(then: tuple[float, int], now_s: float, total: int) -> float:
    return (total - then[1]) / max(now_s - then[0], 1e-9)
