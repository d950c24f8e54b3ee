"""What was seen before: a series of speeds for each service that has one, and what changed."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.top.samples import Group, Mark, Sample

KEPT_S = 3600
MARKS_KEPT = 100
What = Literal["units/s", "requests/s"]
Point = tuple[float, float | None, float | None]


@dataclass(slots=True)
class Series:
    """The speed of one service.

    Attributes:
        service: Its name.
        what: ``units/s``, if its log lines are counted, or ``requests/s``.
        points: Moments in seconds since 1970; the speed then, None where it was not known; what
            those that were up could do at most then, None where nobody said it.
    """

    service: str
    what: What
    points: deque[Point] = field(default_factory=deque)


@dataclass(slots=True)
class History:
    """The last hour of samples, as far as a graph needs it."""

    latest: Sample | None = None
    marks: deque[Mark] = field(default_factory=lambda: deque(maxlen=MARKS_KEPT))
    _series: dict[tuple[str, What], Series] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        """Take in *sample*, the newest one."""
        self.latest = sample
        self.marks.extend(sample.marks)
        for group in sample.groups:
            self._point(sample.at_s, group, "units/s", group.units_per_s)
            self._point(sample.at_s, group, "requests/s", group.per_s)
        for series in self._series.values():
            if series.points[-1][0] < sample.at_s:
                series.points.append((sample.at_s, None, None))
            while sample.at_s - series.points[0][0] > KEPT_S:
                series.points.popleft()

    def series(self) -> Sequence[Series]:
        """Return all series: counted work first, for that is what an application is there for."""
        return sorted(self._series.values(), key=lambda one: one.what != "units/s")

    def _point(self, at_s: float, group: Group, what: What, value: float | None) -> None:
        key = group.name, what
        if value is None and key not in self._series:
            return
        series = self._series.setdefault(key, Series(group.name, what))
        series.points.append((at_s, value, group.limit_per_s))
