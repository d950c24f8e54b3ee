"""DockerCoins as it runs: the counter, the workers' own accounts, the speed."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from tests.lab.project import Project, fetch
from tests.lab.waiting import until

SOURCE = Path(__file__).parents[2] / "dockercoins"
UNITS = re.compile(r"(\d+) units of work done, updating hash counter")
IN_DOUBT = re.compile(r"(\d+) units of work done, but not counted")
TROUBLE = re.compile(r"Error|Traceback|next try in")


@dataclass(frozen=True, slots=True)
class Speed:
    """A measured growth: *units* in *seconds*."""

    units: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Return the units per second."""
        return self.units / self.seconds


def counts(project: Project) -> Mapping[str, int]:
    """Return what the page's ``/json`` says: coins and hashes so far, and the time."""
    found: Mapping[str, int] = json.loads(fetch(f"http://{project.engine.address}:8000/json"))
    return found


def hashes(project: Project) -> int | None:
    """Return the counter as the page's ``/json`` says it; None while it does not answer."""
    try:
        return counts(project)["hashes"]
    except (URLError, OSError, ValueError):
        return None


def wait_for_hashes(project: Project, more: int = 1, deadline_s: float = 60) -> None:
    """Return once the counter has grown by *more*."""
    measure(lambda: hashes(project), more, deadline_s)


def speed(project: Project, units: int, deadline_s: float = 90) -> Speed:
    """Return how fast the counter grows by *units*; more units, less doubt."""
    return measure(lambda: hashes(project), units, deadline_s)


def measure(counter: Callable[[], int | None], units: int, deadline_s: float = 90) -> Speed:
    """Return the time that *counter* takes to grow by at least *units*.

    Both ends are taken at a moment when the counter has just changed: workers count once a
    second, and a window that begins between two changes would be off by up to that second.
    """
    first = until(lambda: _text(counter), "the counter answers", deadline_s)
    begin = until(lambda: _above(counter, int(first)), f"the counter leaves {first}", deadline_s)
    began_s = time.monotonic()
    goal = begin + units - 1
    end = until(lambda: _above(counter, goal), f"the counter passes {goal}", deadline_s)
    return Speed(end - begin, time.monotonic() - began_s)


def _text(counter: Callable[[], int | None]) -> str:
    # As text, because a counter of 0 is an answer too.
    value = counter()
    return "" if value is None else str(value)


def _above(counter: Callable[[], int | None], limit: int) -> int:
    value = counter()
    return value if value is not None and value > limit else 0


def units(project: Project) -> int:
    """Return the units of work that the workers of *project* say they have counted."""
    return sum(int(found) for line in project.logs("worker") for found in UNITS.findall(line))


def doubtful_units(project: Project) -> int:
    """Return the units of which a worker could not tell whether Redis has them when it ended.

    It has 0.8 s for that: on a machine whose cores are all busy, the answer may come too late.
    """
    return sum(int(found) for line in project.logs("worker") for found in IN_DOUBT.findall(line))


def troubles(project: Project) -> list[str]:
    """Return the lines in which a worker reports an error."""
    return [line for line in project.logs("worker") if TROUBLE.search(line)]


def wait_until_all_work(project: Project, workers: int, deadline_s: float = 60) -> None:
    """Return once *workers* workers have each counted something since this call."""
    since = f"logs --since {time.time():.3f}"

    def all_work() -> bool:
        ids = [one.id for one in project.containers() if one.service == "worker" and one.running]
        return len(ids) == workers and all(
            UNITS.search(project.engine.docker(since, worker)) for worker in ids
        )

    until(all_work, f"{workers} workers of {project.name} count", deadline_s)


def served(project: Project, services: list[str]) -> Counter[str]:
    """Return how many requests for random bytes each of *services* has answered."""
    return Counter({name: sum("/32" in line for line in project.logs(name)) for name in services})
