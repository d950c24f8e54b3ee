"""DockerCoins on two hosts that share one Redis on a third, and the books of both sides."""

import re
import time
from dataclasses import dataclass

from tests.e2e import coins
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import Notebook
from tests.e2e.test_many_hosts import everywhere
from tests.lab.lab import Lab
from tests.lab.project import Project
from tests.lab.waiting import until

CUT, OTHER = "node2", "node3"
# The longest pause of a worker after an error, and TCP's pause between two attempts after a cut.
RECOVERY_S = 45.0
BEGINS = re.compile(r"worker (\S+) begins")


@dataclass(frozen=True, slots=True)
class Books:
    """Units of work, as each side knows them.

    Attributes:
        hashed: What the hashers answered.
        logged: What each worker says that Redis confirmed, by the worker's name.
        told: What Redis knows of each worker.
        counted: The counter.
        killed: The workers that could not tell Redis the rest.
    """

    hashed: int
    logged: dict[str, int]
    told: dict[str, int]
    counted: int
    killed: frozenset[str]

    @property
    def lost_by_kills(self) -> int:
        """Return the units that were done and not counted, which no one but a killed worker did."""
        return self.hashed - self.counted

    def check(self) -> None:
        """Check that each unit is counted once: all of those whose worker was not killed."""
        gently = self.logged.keys() - self.killed
        assert self.counted == sum(self.told.values())
        assert {name: self.told[name] for name in gently} == {
            name: self.logged[name] for name in gently
        }
        assert all(self.logged[name] <= self.told[name] for name in self.killed & self.told.keys())
        assert self.lost_by_kills >= 0 if self.killed else self.lost_by_kills == 0

    def record(self, notebook: Notebook) -> None:
        """Note the figures."""
        notebook.note("units that the hashers did", str(self.hashed))
        notebook.note("units in the workers' own logs", str(sum(self.logged.values())))
        notebook.note("units in Redis", str(self.counted))
        gone = "units done and not told by workers that were killed"
        notebook.note(gone if self.killed else "difference", str(self.lost_by_kills))


@dataclass
class Disturbed:
    """Two projects that share one Redis; the books of both sides start at 0."""

    lab: Lab
    redis: RemoteRedis
    cut: Project
    other: Project

    @property
    def projects(self) -> list[Project]:
        """Return both projects."""
        return [self.cut, self.other]

    def grow(self, project: Project, more: int, deadline_s: float = RECOVERY_S) -> None:
        """Return once the workers of *project* say that they have counted *more* units."""
        goal = coins.units(project) + more
        until(lambda: coins.units(project) >= goal, f"{project.engine.name} counts on", deadline_s)

    def close_books(self) -> Books:
        """Let the workers finish and tell what they have done; return the books.

        rng ends first, and with it what each worker was about to do. So no worker has anything
        left when it is stopped, and none is in doubt whether an answer came in time.
        """
        since = f"{time.time():.3f}"
        everywhere(self.projects, lambda project: project.compose("stop rng"))
        everywhere(self.projects, lambda project: _await_idle(project, since))
        names = {name for one in self.projects for name, _, last in _workers(one) if last}
        before = self.redis.flushes()
        until(
            # The flush that is under way may be without the last unit, the next one is not.
            lambda: all(self.redis.flushes().get(n, 0) > before.get(n, 0) + 1 for n in names),
            "every worker has told the rest",
            RECOVERY_S,
        )
        everywhere(self.projects, lambda project: project.compose("stop worker"))
        logged: dict[str, int] = {}
        killed: set[str] = set()
        for project in self.projects:
            for name, units, last in _workers(project):
                logged[name] = units
                if not last:
                    killed.add(name)
        hashed = sum("'POST /' 200" in line for one in self.projects for line in one.logs("hasher"))
        counted = self.redis.hashes() or 0
        return Books(hashed, logged, self.redis.told(), counted, frozenset(killed))


def _await_idle(project: Project, since: str) -> None:
    # Once it says that rng is away, it has done the unit that it had begun, or dropped it.
    ids = [one.id for one in project.containers() if one.service == "worker" and one.running]
    logs = f"logs --since {since}"
    until(
        lambda: all("next try in" in project.engine.docker(logs, worker) for worker in ids),
        f"the workers of {project.engine.name} miss rng",
        RECOVERY_S,
    )


def _workers(project: Project) -> list[tuple[str, int, bool]]:
    # A container that was killed and started again is one worker after the other.
    found = []
    for one in project.containers():
        if one.service == "worker":
            parts = BEGINS.split(project.engine.docker("logs", one.id))
            names, logs = parts[1::2], parts[2::2]
            for name, log in zip(names, logs, strict=True):
                units = sum(map(int, coins.UNITS.findall(log)))
                found.append((name, units, name == names[-1]))
    return found
