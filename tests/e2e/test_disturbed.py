"""After a link was cut, or Redis was lost or moved, each unit of work is counted once.

The other hosts go on meanwhile, and the host that was cut recovers by itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e import remote_redis
from tests.e2e.conftest import NewProject
from tests.e2e.disturbed import CUT, OTHER, RECOVERY_S, Disturbed
from tests.e2e.door import dcgen
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES, repetition
from tests.e2e.test_many_hosts import everywhere, start
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_2
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

WORKERS = 5
PORT = 6390


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


@pytest.mark.parametrize(
    "seconds", [7, *(pytest.param(seconds, marks=repetition) for seconds in (20, 70))]
)
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
    notebook.note_seconds("from the end of the cut to the next unit", recovered_s, RECOVERY_S)
    _settle(disturbed, notebook)


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
    _settle(disturbed, notebook)


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
    _settle(disturbed, notebook)


def _settle(disturbed: Disturbed, notebook: Notebook) -> None:
    books = disturbed.close_books()
    books.record(notebook)
    books.check()
