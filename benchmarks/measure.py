"""Numbers measured several times: their middle, their range, and an order that is fair."""

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some values, and the range from the least to the greatest of them."""

    median: float
    least: float
    greatest: float


def spread(values: Iterable[float]) -> Spread:
    """Return the middle and the range of *values*, of which there is one at least."""
    found = sorted(values)
    return Spread(median(found), found[0], found[-1])


def interleave(contestants: Mapping[str, Callable[[], T]], repetitions: int) -> dict[str, list[T]]:
    """Return what each of *contestants* measured, in the order of the repetitions.

    All take their turn before one has its second, so that a busy minute harms all of them; who is
    first changes from one repetition to the next, so that nobody always follows the same neighbour.
    """
    names = list(contestants)
    found: dict[str, list[T]] = {name: [] for name in names}
    for repetition in range(repetitions):
        start = repetition % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(contestants[name]())
    return found


def machine() -> str:
    """Return what the measurements ran on: cores, memory, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = Path("/etc/os-release")
    system = platform.system()
    if release.exists():
        lines = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
        system = lines.get("PRETTY_NAME", system).strip('"')
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"{cores} cores, {memory:.0f} GiB, {system}, {kernel}"
