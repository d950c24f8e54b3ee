"""After any faults of containers and links, drawn by chance, the counter is exact.

A smaller draw than ``make chaos`` with what only containers and hosts have: each fault below at
least once, in an order that ``SEED`` gives again.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e import coins, remote_redis
from tests.e2e.conftest import NewProject
from tests.e2e.disturbed import CUT, OTHER, RECOVERY_S, Disturbed
from tests.e2e.door import dcgen
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES
from tests.e2e.test_many_hosts import everywhere, start
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_2, Project

pytestmark = pytest.mark.e2e

WORKERS = 3
PORTS = (6391, 6392)  # of the same Redis, to lead an ambassador from one to the other
AWAY_S = 3.0

Fault = Callable[[Disturbed, random.Random], None]


@pytest.fixture
def disturbed(lab: Lab, new_project: NewProject, tmp_path: Path) -> Iterator[Disturbed]:
    """Give two hosts with 3 workers each, and a Redis that keeps a file on a third host."""
    with ExitStack() as cleanup:
        engine = lab.engine("node1")
        publish = " ".join(f"--publish {port}:6379" for port in PORTS)
        store = remote_redis.start(engine, "chaos", publish, options="--appendonly yes")
        cleanup.callback(engine.docker, "rm --force --volumes chaos")
        projects = []
        for node in (CUT, OTHER):
            file = tmp_path / node / "generated.yml"
            file.parent.mkdir()
            upstream = f"redis={engine.address}:{PORTS[0]}"
            dcgen("ambassador", upstream, "-f", SOURCES[COMPOSE_2], "-o", file)
            projects.append(new_project(node, file))
        start(projects, WORKERS)
        cleanup.callback(lab.restore, CUT)
        yield Disturbed(lab, store, *projects)


def redis_killed(disturbed: Disturbed, dice: random.Random) -> None:
    """Kill the container of Redis with -9, and start it again."""
    engine = disturbed.redis.engine
    engine.docker("kill chaos")
    time.sleep(dice.uniform(0, AWAY_S))
    engine.docker("start chaos")


def ambassador_killed(disturbed: Disturbed, dice: random.Random) -> None:
    """Kill the container of an ambassador with -9, and start it again."""
    _killed(dice.choice(disturbed.projects), "redis", dice)


def worker_killed(disturbed: Disturbed, dice: random.Random) -> None:
    """Kill the container of a worker of the second host with -9, and start it again."""
    _killed(disturbed.other, "worker", dice)


def rng_killed(disturbed: Disturbed, dice: random.Random) -> None:
    """Kill the container of rng with -9, and start it again."""
    _killed(dice.choice(disturbed.projects), "rng", dice)


def _killed(project: Project, service: str, dice: random.Random) -> None:
    found = dice.choice([one.id for one in project.containers() if one.service == service])
    project.engine.docker("kill", found)
    time.sleep(dice.uniform(0, AWAY_S))
    project.engine.docker("start", found)


def link_cut(disturbed: Disturbed, dice: random.Random) -> None:
    """Let the first host lose every packet, from and to the others."""
    disturbed.lab.cut(CUT)
    time.sleep(dice.uniform(AWAY_S, 3 * AWAY_S))
    disturbed.lab.restore(CUT)


def retargeted(disturbed: Disturbed, dice: random.Random) -> None:
    """Lead both ambassadors to Redis by its other port, while they work."""
    upstream = f"redis={disturbed.redis.engine.address}:{dice.choice(PORTS)}"
    for project in disturbed.projects:
        env = {**project.engine.env, "COMPOSE_PROJECT_NAME": project.name}
        dcgen("lb", "retarget", upstream, "-f", project.file, "-q", env=env)


FAULTS: list[Fault] = [
    redis_killed,
    redis_killed,
    ambassador_killed,
    worker_killed,
    rng_killed,
    link_cut,
    retargeted,
    retargeted,
]


def test_the_counter_equals_what_the_workers_did_after_any_faults(
    disturbed: Disturbed, notebook: Notebook
) -> None:
    seed = os.environ.get("SEED") or str(random.randrange(1_000_000))
    dice = random.Random(seed)
    notebook.note("seed", seed)
    for fault in dice.sample(FAULTS, len(FAULTS)):
        print(f"SEED={seed} {fault.__name__}", flush=True)  # noqa: T201 - beside a failure
        fault(disturbed, dice)
        began = time.monotonic()
        everywhere(disturbed.projects, _all_count)
        taken = f"{fault.__name__.replace('_', ' ')}: until all workers count again"
        notebook.note_seconds(taken, time.monotonic() - began)
    books = disturbed.close_books()
    books.record(notebook)

    books.check()
    assert books.killed


def _all_count(project: Project) -> None:
    coins.wait_until_all_work(project, WORKERS, RECOVERY_S)
