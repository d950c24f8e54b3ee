"""What the containers of several hosts say, as one stream by time.

Compose prints the lines of each container in order, but those of several as they come. So lines
wait a moment for older ones of other containers and hosts; the clock of each host dates its own.
"""

import heapq
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from engine.docker.printed import log_line
from engine.hosts import Host

QUIET_S = 0.5
HOLD_S = 0.3
MOST_LINES = 500_000


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a container.

    Attributes:
        host: Where it is.
        name: What Compose calls it: ``worker-3``.
        at_s: When it was written, in seconds since 1970, by the clock of that host.
        text: The line.
    """

    host: Host
    name: str
    at_s: float
    text: str


def said(host: Host, line: str) -> Said | None:
    """Return what *line* of ``compose logs --timestamps --no-color`` says; None if it is no log."""
    found = log_line(line)
    return Said(host, *found) if found else None


class ByTime:
    """A stream of lines, each given to *show* when no older one is to be expected.

    What was written before comes at once: it is shown when no more of it comes.

    Args:
        show: Gets each line.
        follows: Whether lines come for ever; if not, they are shown at the end, when the slowest
            host has said its own.
        now_s: The time.
    """

    def __init__(
        self,
        show: Callable[[Said], None],
        now_s: Callable[[], float] = time.monotonic,
        *,
        follows: bool = True,
    ) -> None:
        self._show = show
        self._follows = follows
        self._now_s = now_s
        self._heap: list[tuple[float, int, Said]] = []
        self._came: deque[tuple[float, int]] = deque()  # when, and which
        self._shown: set[int] = set()
        self._last_s = now_s()
        self._caught_up = False
        self._number = 0

    def add(self, line: Said) -> None:
        """Take *line*; of very many the oldest are shown at once, whoever is still to come."""
        self._last_s = self._now_s()
        heapq.heappush(self._heap, (line.at_s, self._number, line))
        if self._follows:
            self._came.append((self._last_s, self._number))
        self._number += 1
        if len(self._heap) > MOST_LINES:
            self._next()

    def tick(self) -> None:
        """Show what has waited long enough, and what is older than that."""
        now_s = self._now_s()
        self._caught_up = self._caught_up or bool(self._heap and now_s - self._last_s >= QUIET_S)
        while self._caught_up and self._came and now_s - self._came[0][0] >= HOLD_S:
            _, number = self._came.popleft()
            while number not in self._shown:
                self._next()
            self._shown.discard(number)

    def end(self) -> None:
        """Show all that is left."""
        while self._heap:
            self._next()

    def _next(self) -> None:
        _, number, line = heapq.heappop(self._heap)
        if self._follows:
            self._shown.add(number)
        self._show(line)
