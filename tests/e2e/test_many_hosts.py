"""Three hosts, each with the whole project, and one Redis that all of them share."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject, NewRedis
from tests.e2e.cpu import CpuMeter
from tests.e2e.door import dcgen
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES, repetition
from tests.lab.project import COMPOSE_2, Project

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
WORKERS = 10
BAR = 2.7
Result = TypeVar("Result")


def everywhere(projects: Sequence[Project], do: Callable[[Project], Result]) -> list[Result]:
    """Return what *do* returns for each of *projects*, done on all hosts at once."""
    with ThreadPoolExecutor(max_workers=len(projects)) as pool:
        return list(pool.map(do, projects))


def start(projects: Sequence[Project], workers: int) -> None:
    """Start *projects* with *workers* workers each, and return once all of them count."""
    everywhere(projects, lambda project: project.up(f"--scale worker={workers}"))
    everywhere(projects, lambda project: coins.wait_until_all_work(project, workers))


def settle(projects: Sequence[Project]) -> range:
    """Stop all workers, who count what they have first, and return what Redis may have.

    That is one figure, the sum of their accounts, unless a worker ended in doubt.
    """
    everywhere(projects, lambda project: project.compose("stop worker"))
    counted = sum(everywhere(projects, coins.units))
    return range(counted, counted + sum(everywhere(projects, coins.doubtful_units)) + 1)


def _variant(elsewhere: RemoteRedis, file: Path, *, rng: int = 1) -> Path:
    upstream = f"redis={elsewhere.upstream}"
    dcgen("ambassador", upstream, "-f", SOURCES[COMPOSE_2], "-o", file)
    if rng > 1:
        dcgen("scale", "rng", str(rng), "-f", file, "-o", file)
    return file


def test_three_hosts_do_2_7_times_the_work_of_one_and_lose_or_double_no_unit(
    new_project: NewProject, new_redis: NewRedis, tmp_path: Path, notebook: Notebook
) -> None:
    elsewhere = new_redis("node1")
    file = _variant(elsewhere, tmp_path / "generated.yml")
    projects = [new_project(node, file) for node in NODES]

    start(projects[:1], WORKERS)
    one = coins.measure(elsewhere.hashes, 120)
    start(projects[1:], WORKERS)
    with CpuMeter() as cpu:
        three = coins.measure(elsewhere.hashes, 360)
    counted_by_workers = settle(projects)
    ratio = three.per_second / one.per_second
    notebook.note_speed(f"one host, {WORKERS} workers", one.per_second)
    notebook.note_speed(f"three hosts, {WORKERS} workers each", three.per_second)
    notebook.note("of all cores, busy then", f"{cpu.busy:.0%}")
    notebook.note_ratio("gain", ratio, BAR)
    notebook.note("units in the workers' own logs", str(counted_by_workers[0]))
    notebook.note("units in Redis", str(elsewhere.hashes()), "the same")

    assert elsewhere.hashes() in counted_by_workers
    assert ratio >= BAR


@repetition
def test_where_the_ceiling_of_this_machine_is(
    new_project: NewProject, new_redis: NewRedis, tmp_path: Path, notebook: Notebook
) -> None:
    elsewhere = new_redis("node1")
    file = _variant(elsewhere, tmp_path / "generated.yml", rng=3)
    projects = [new_project(node, file) for node in NODES]

    for hosts in (1, 2, 3):
        start(projects[hosts - 1 : hosts], WORKERS)
        with CpuMeter() as cpu:
            reached = coins.measure(elsewhere.hashes, 200 * hosts)
        what = f"hosts with 3 rng and {WORKERS} workers: {hosts}"
        notebook.note(what, f"{reached.per_second:.1f} hashes/s, {cpu.busy:.0%} of all cores busy")

    may_have = settle(projects)
    assert elsewhere.hashes() in may_have
