"""What a cut link or a lost Redis does to the count: exact figures, recorded and not judged.

Until the counter itself is exact, a unit may be lost or doubled by such an event. What is judged:
the other hosts go on, and the host that was cut recovers by itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import coins, remote_redis
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES
from tests.e2e.test_many_hosts import everywhere, start
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_2, Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

WORKERS = 5
CUT, OTHER = "node2", "node3"
# The longest pause of a worker after an error, and TCP's pause between two attempts after a cut.
RECOVERY_S = 45.0
PORT = 6390


@dataclass
class Disturbed:
    """Two projects that share one Redis; the accounts of both sides start at 0."""

    lab: Lab
    redis: RemoteRedis
    cut: Project
    other: Project

    @property
    def projects(self) -> list[Project]:
        """Return both projects."""
        return [self.cut, self.other]

    def balance(self) -> tuple[int, int]:
        """Return the units that the workers counted, and the units that Redis has.

        The workers are stopped for that: each counts what it has done first.
        """
        everywhere(self.projects, lambda project: project.compose("stop worker"))
        counted = sum(everywhere(self.projects, coins.units))
        return counted, self.redis.hashes() or 0

    def grow(self, project: Project, more: int, deadline_s: float = RECOVERY_S) -> None:
        """Return once the workers of *project* say that they have counted *more* units."""
        goal = coins.units(project) + more
        until(lambda: coins.units(project) >= goal, f"{project.engine.name} counts on", deadline_s)


@pytest.fixture
def disturbed(lab: Lab, new_project: NewProject, tmp_path: Path) -> Iterator[Disturbed]:
    """Give two hosts with 5 workers each, and a Redis on a third host that both count in."""
    with ExitStack() as cleanup:
        engine = lab.engine("node1")
        elsewhere = remote_redis.start(engine, "myredis", f"--publish {PORT}:6379")
        cleanup.callback(engine.docker, "rm --force --volumes myredis")
        file = tmp_path / "generated.yml"
        _lead_to(elsewhere, file)
        projects = [new_project(node, file) for node in (CUT, OTHER)]
        start(projects, WORKERS)
        cleanup.callback(lab.restore, CUT)
        yield Disturbed(lab, elsewhere, *projects)


def _lead_to(elsewhere: RemoteRedis, file: Path) -> None:
    upstream = f"redis={elsewhere.upstream}"
    dcgen("ambassador", upstream, "-f", SOURCES[COMPOSE_2], "-o", file)


@pytest.mark.parametrize("seconds", [7, 20, 70])
def test_a_host_that_was_cut_off_recovers_and_the_others_go_on(
    disturbed: Disturbed, seconds: int, notebook: Notebook
) -> None:
    disturbed.lab.cut(CUT)
    end = time.monotonic() + seconds
    disturbed.grow(disturbed.other, 10)
    until(lambda: time.monotonic() >= end, f"{seconds} s have passed", seconds + 1)
    disturbed.lab.restore(CUT)
    restored = time.monotonic()
    disturbed.grow(disturbed.cut, 1)
    recovered_s = time.monotonic() - restored
    _record(disturbed, notebook)
    notebook.note_seconds("from the end of the cut to the next unit", recovered_s, RECOVERY_S)


def _restart(elsewhere: RemoteRedis) -> None:
    elsewhere.engine.docker(f"restart {elsewhere.name}")


def _kill(elsewhere: RemoteRedis) -> None:
    elsewhere.engine.docker(f"kill {elsewhere.name}")
    elsewhere.engine.docker(f"start {elsewhere.name}")


@pytest.mark.parametrize(
    "event", [pytest.param(_restart, id="restarted"), pytest.param(_kill, id="killed")]
)
def test_workers_count_on_after_redis_was(
    disturbed: Disturbed, event: Callable[[RemoteRedis], None], notebook: Notebook
) -> None:
    begin = time.monotonic()
    event(disturbed.redis)
    until(disturbed.redis.answers, "Redis answers again")
    everywhere(disturbed.projects, lambda project: disturbed.grow(project, 1))
    notebook.note_seconds("until both hosts count again", time.monotonic() - begin, RECOVERY_S)
    _record(disturbed, notebook)


def test_workers_count_on_after_redis_moved_to_another_port(
    disturbed: Disturbed, notebook: Notebook
) -> None:
    old = disturbed.redis
    begin = time.monotonic()
    old.engine.docker("exec myredis redis-cli save")
    old.engine.docker("stop myredis")
    old.engine.docker("rename myredis moved-away")
    move = f"--publish {PORT + 1}:6379 --volumes-from moved-away"
    disturbed.redis = remote_redis.start(old.engine, "myredis", move)
    old.engine.docker("rm moved-away")
    _lead_to(disturbed.redis, disturbed.cut.file)
    everywhere(disturbed.projects, lambda project: project.up("--no-deps redis"))
    everywhere(disturbed.projects, lambda project: disturbed.grow(project, 1))
    notebook.note_seconds("until both hosts count again", time.monotonic() - begin, RECOVERY_S)
    _record(disturbed, notebook)


def _record(disturbed: Disturbed, notebook: Notebook) -> None:
    counted, stored = disturbed.balance()
    notebook.note("units in the workers' own logs", str(counted))
    notebook.note("units in Redis", str(stored))
    lost = counted - stored
    notebook.note("units lost" if lost >= 0 else "units doubled", str(abs(lost)))
