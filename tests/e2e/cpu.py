"""How busy this machine is: whether its cores, and not what is tested, set the limit."""

from pathlib import Path
from types import TracebackType


class CpuMeter:
    """Measures the share of all cores' time that was not idle, within a ``with`` block.

    *busy* is from 0 to 1 (proc(5), /proc/stat); other work on the machine counts too.
    """

    busy = 0.0

    def __enter__(self) -> "CpuMeter":
        self._before = _times()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        idle, total = (after - before for after, before in zip(_times(), self._before, strict=True))
        self.busy = 1 - idle / total if total else 0.0


def _times() -> tuple[int, int]:
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle_and_waiting_for_disks = ticks[3] + ticks[4]
    return idle_and_waiting_for_disks, sum(ticks)
