"""How fast a total grows: a straight line through what was told.

Workers tell their totals about once a second, and totals are whole numbers, so the difference of
two of them jumps: 3, 3, 4 for a steady 3.33. The slope of the line that fits the last ten seconds
best (least squares) does not. It uses the time of each flush, by the clock of Redis, so it does
not matter when the page reads. It looks back only: once computed, a speed never changes.
"""

from collections import deque

SPAN_S = 10.0
FEWEST = 4  # points; with fewer a whole number more or less is too much of the slope
MOST = 256
SILENT_S = 3.5


class Track:
    """What one worker told, and when.

    Args:
        span_s: How far back the line goes; further if there are fewer than `FEWEST` points in it.
    """

    def __init__(self, span_s: float = SPAN_S) -> None:
        self._points: deque[tuple[float, int]] = deque(maxlen=MOST)
        self._span_s = span_s

    def add(self, at_s: float, total: int) -> None:
        """Take in that at *at_s*, in seconds, there were *total*; a smaller one begins anew."""
        if self._points:
            last_s, last = self._points[-1]
            if total < last or at_s < last_s:
                self._points.clear()
            elif at_s == last_s:
                return
        self._points.append((at_s, total))

    def per_second(self, now_s: float) -> float | None:
        """Return the speed at *now_s*: None if not known yet, 0 if nothing was told lately."""
        if len(self._points) < FEWEST:
            return None
        last_s = self._points[-1][0]
        if last_s < now_s - SILENT_S:
            return 0.0
        points = [point for point in self._points if point[0] >= last_s - self._span_s]
        if len(points) < FEWEST:
            points = list(self._points)[-FEWEST:]
        return max(_slope(points), 0.0)


def _slope(points: list[tuple[float, int]]) -> float:
    mean_s = sum(at_s for at_s, _ in points) / len(points)
    mean = sum(total for _, total in points) / len(points)
    spread = sum((at_s - mean_s) ** 2 for at_s, _ in points)
    return sum((at_s - mean_s) * (total - mean) for at_s, total in points) / spread
