"""Whether somebody else used the processors while something was measured (Linux; else unknown)."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_PROC = Path("/proc")
_GLANCE_S = 0.3
_TRIES = 8


@dataclass(slots=True)
class Quiet:
    """Waits for a quiet moment, and repeats what was disturbed, until *patience_s* is used up.

    Attributes:
        patience_s: Seconds left for waiting and repetitions, of all that is measured together.
        rest_s: Seconds without work after each attempt, for whoever else uses the machine.
        most: The share of the processors' time that others may use, 0 to 1.
        others: Their share in each measurement that was kept.
    """

    patience_s: float
    rest_s: float = 0
    most: float = 0.12
    others: list[float] = field(default_factory=list)

    def __call__(self, measure: Callable[[], T]) -> T:
        """Return what *measure* returned in the quietest of its attempts."""
        found = [self._attempt(measure)]
        while found[-1][1] > self.most and len(found) < _TRIES and self.patience_s > 0:
            began = time.monotonic()
            found.append(self._attempt(measure))
            self.patience_s -= time.monotonic() - began
        result, others = min(found, key=lambda each: each[1])
        self.others.append(others)
        return result

    def _attempt(self, measure: Callable[[], T]) -> tuple[T, float]:
        began = time.monotonic()
        while self.patience_s > time.monotonic() - began:
            if watched(lambda: time.sleep(_GLANCE_S))[1] <= self.most:
                break
        self.patience_s -= time.monotonic() - began
        found = watched(measure)
        time.sleep(self.rest_s)
        return found


def watched(measure: Callable[[], T]) -> tuple[T, float]:
    """Return what *measure* returned, and the share of the processors that others used.

    Others are all but this process and its descendants, and the machine's host as well.
    """
    if not (_PROC / "stat").exists():
        return measure(), 0.0
    total, ours, began = _busy_ticks(), our_ticks(), time.monotonic()
    result = measure()
    seconds = time.monotonic() - began
    ticks = (_busy_ticks() - total) - (our_ticks() - ours)
    cores = os.cpu_count() or 1
    share = ticks / os.sysconf("SC_CLK_TCK") / cores / max(seconds, 1e-9)
    return result, min(max(0.0, share), 1.0)


def _busy_ticks() -> int:
    # proc(5): user nice system idle iowait irq softirq steal
    fields = [int(word) for word in (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
    return sum(fields[:3]) + fields[7]


def our_ticks() -> int:
    """Return the processor time of this process and its descendants, in clock ticks."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in _PROC.glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        ticks[pid] = sum(map(int, fields[11:15]))  # its own, and of the children that have ended
    return sum(count for pid, count in ticks.items() if _descends(pid, parents))


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid and pid != os.getpid():
        pid = parents.get(pid, 0)
    return pid == os.getpid()
