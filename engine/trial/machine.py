"""What the machine has left: processor, memory, disk."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.trial.window import Machine


@dataclass(frozen=True, slots=True)
class Computed:
    """Processor time, in seconds: what was used, and for how long a processor was waited for."""

    used_s: float = 0.0
    waited_s: float = 0.0

    def __add__(self, other: "Computed") -> "Computed":
        return Computed(self.used_s + other.used_s, self.waited_s + other.waited_s)

    def since(self, before: "Computed") -> "Computed":
        """Return what was added since *before*; nothing where a process was replaced."""
        return Computed(
            max(self.used_s - before.used_s, 0.0), max(self.waited_s - before.waited_s, 0.0)
        )


def computed(pid: int) -> Computed:
    """Return what process *pid* computed so far, all its threads together.

    Source: Linux, Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat".

    Raises:
        psutil.Error: It is gone, or another user's.
    """
    times = psutil.Process(pid).cpu_times()
    waited_ns = 0
    with suppress(OSError, ValueError, IndexError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            waited_ns += int((thread / "schedstat").read_text(encoding="ascii").split()[1])
    return Computed(times.user + times.system, waited_ns / 1e9)


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters of the machine at a moment; `since` compares two of them."""

    at_s: float
    busy_s: float
    all_s: float
    disks_ms: dict[str, int]

    def since(self, before: "Reading") -> Machine:
        """Return what the machine did from *before* to this moment."""
        passed_s = max(self.at_s - before.at_s, 1e-9)
        worked_s = self.all_s - before.all_s
        disks = [busy - before.disks_ms.get(name, busy) for name, busy in self.disks_ms.items()]
        return Machine(
            cpu=(self.busy_s - before.busy_s) / worked_s if worked_s > 0 else 0.0,
            memory=psutil.virtual_memory().percent / 100,
            disk=min(max(disks, default=0) / 1000 / passed_s, 1.0),
            cores=psutil.cpu_count() or 1,
        )


def reading() -> Reading:
    """Return the counters of this machine now."""
    times = psutil.cpu_times()
    everything = sum(times[:8])  # guests are in user and nice already
    idle = times.idle + getattr(times, "iowait", 0.0)
    disks = psutil.disk_io_counters(perdisk=True) or {}
    busy = {name: int(getattr(disk, "busy_time", 0)) for name, disk in disks.items()}
    return Reading(time.monotonic(), everything - idle, everything, busy)
