"""`dcgen scale`: three replicas do three times the work, and losing one is not felt."""

from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES, compose, repetition
from tests.lab.project import COMPOSE_1, COMPOSE_2, Project

pytestmark = pytest.mark.e2e

REPLICAS = ["rng1", "rng2", "rng3"]
WORKERS = 10
BAR = 2.7


@pytest.fixture
def scaled(tmp_path: Path, program: str) -> Path:
    """Give DockerCoins with three rng, in the format that *program* reads."""
    file = tmp_path / "generated.yml"
    dcgen("scale", "rng", "3", "-f", SOURCES[program], "-o", file)
    return file


def _start(new_project: NewProject, file: Path, program: str, host: str = "local") -> Project:
    project = new_project(host, file, program)
    project.up(f"--scale worker={WORKERS}")
    coins.wait_until_all_work(project, WORKERS)
    return project


@compose(COMPOSE_2)
def test_three_replicas_share_evenly_and_do_2_7_times_the_work(
    new_project: NewProject, program: str, scaled: Path, notebook: Notebook
) -> None:
    project = _start(new_project, SOURCES[program], program)
    before = coins.speed(project, units=120)
    project.down()
    project = _start(new_project, scaled, program)
    after = coins.speed(project, units=360)
    shares = coins.served(project, REPLICAS)
    ratio = after.per_second / before.per_second
    notebook.note_speed(f"one rng, {WORKERS} workers", before.per_second)
    notebook.note_speed(f"three rng, {WORKERS} workers", after.per_second)
    notebook.note_ratio("gain", ratio, BAR)
    each = ", ".join(str(shares[name]) for name in REPLICAS)
    notebook.note("requests served by each rng", each, "within 20 %")

    assert max(shares.values()) <= 1.2 * min(shares.values())
    assert ratio >= BAR


@pytest.mark.parametrize(
    ("host", "mode"),
    [
        pytest.param("local", "http", id="http", marks=repetition),
        pytest.param("local", "tcp", id="tcp"),
        pytest.param("today", "http", id="http on the engine of today"),
    ],
)
def test_a_killed_replica_costs_the_workers_not_one_error(
    new_project: NewProject, host: str, mode: str, tmp_path: Path, notebook: Notebook
) -> None:
    file = tmp_path / "generated.yml"
    dcgen("scale", "rng", "3", "--mode", mode, "-f", SOURCES[COMPOSE_2], "-o", file)
    project = _start(new_project, file, COMPOSE_2, host)

    project.engine.docker("kill", project.ids()["rng2-1"])
    rest = coins.speed(project, units=200)
    errors = coins.troubles(project)
    bar = "0" if mode == "http" else ""
    notebook.note_speed("two rng are left of three", rest.per_second)
    notebook.note("errors that the workers report", str(len(errors)), bar)

    # What was on its way in a TCP connection is lost with it: nobody may say it again but the
    # client. In HTTP mode the balancer knows the request, and asks another replica.
    assert mode == "tcp" or errors == []


@pytest.mark.parametrize(
    ("host", "program"),
    [
        pytest.param("local", COMPOSE_2, id="compose-2", marks=repetition),
        pytest.param("local", COMPOSE_1, id="compose-1"),
        pytest.param("today", COMPOSE_2, id="compose of today"),
    ],
)
def test_up_on_the_same_file_recreates_nothing(
    new_project: NewProject, host: str, program: str, scaled: Path
) -> None:
    project = _start(new_project, scaled, program, host)
    before = project.ids()

    project.up(f"--scale worker={WORKERS}")

    assert project.ids() == before
