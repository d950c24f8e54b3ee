"""Scaling a project that runs: only what must change is touched, and nobody waits for it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import Running
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES
from tests.lab.project import COMPOSE_2, Project

pytestmark = pytest.mark.e2e

WORKERS = [f"worker-{number}" for number in range(1, 11)]
MOST_S = 5.0
# First the new replicas, then the balancer that leads to them, at last the replicas that nothing
# leads to any more: at no moment does the balancer know a replica that is not there.
STEPS = ("--no-recreate", "--no-deps rng", "--no-recreate --remove-orphans")


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did to the containers that ran, and the seconds it took."""

    recreated: set[str]
    new: set[str]
    gone: set[str]
    seconds: float

    @property
    def only(self) -> tuple[set[str], set[str], set[str]]:
        """Return what was recreated, what is new, and what is gone."""
        return self.recreated, self.new, self.gone


@pytest.fixture
def running(new_project: NewProject, tmp_path: Path) -> Project:
    """Give a project with 3 rng and 10 workers, all of which work."""
    file = tmp_path / "generated.yml"
    dcgen("scale", "rng=3", f"worker={len(WORKERS)}", "-f", SOURCES[COMPOSE_2], "-o", file)
    project = new_project("local", file)
    project.up()
    coins.wait_until_all_work(project, len(WORKERS))
    return project


def _rescale(project: Project, replicas: int, up: Callable[[], None]) -> Change:
    before = project.ids()
    dcgen("scale", "rng", str(replicas), "-f", project.file, "-o", project.file)
    project.name_images()
    begin = time.monotonic()
    up()
    seconds = time.monotonic() - begin
    after = project.ids()
    both = before.keys() & after.keys()
    return Change(
        recreated={name for name in both if before[name] != after[name]},
        new=after.keys() - both,
        gone=before.keys() - both,
        seconds=seconds,
    )


def _in_steps(project: Project, steps: Sequence[str]) -> Callable[[], None]:
    def up() -> None:
        for step in steps:
            project.compose(f"up -d {step}")

    return up


def test_re_scaling_in_three_steps_recreates_the_balancer_alone(
    running: Project, notebook: Notebook
) -> None:
    up = _rescale(running, 5, _in_steps(running, STEPS))
    coins.wait_for_hashes(running, 30)
    down = _rescale(running, 2, _in_steps(running, STEPS))
    coins.wait_for_hashes(running, 30)
    notebook.note_seconds("3 rng to 5", up.seconds, MOST_S)
    notebook.note_seconds("5 rng to 2", down.seconds, MOST_S)
    notebook.note("recreated", ", ".join(sorted(up.recreated | down.recreated)), "rng-1")

    assert up.only == ({"rng-1"}, {"rng4-1", "rng5-1"}, set[str]())
    assert down.only == ({"rng-1"}, set[str](), {"rng3-1", "rng4-1", "rng5-1"})


def test_re_scaling_with_dcgen_up_recreates_the_balancer_alone(
    running: Project, notebook: Notebook
) -> None:
    up = _rescale(running, 5, Running(running).up)
    coins.wait_for_hashes(running, 30)
    down = _rescale(running, 2, Running(running).up)
    coins.wait_for_hashes(running, 30)
    again = _rescale(running, 2, Running(running).up)
    # Longer than by Compose: a stand-in serves, so that nobody misses the balancer.
    notebook.note_seconds("`dcgen up -d`, 3 rng to 5", up.seconds)
    notebook.note_seconds("`dcgen up -d`, 5 rng to 2", down.seconds)

    assert up.only == ({"rng-1"}, {"rng4-1", "rng5-1"}, set[str]())
    assert down.only == ({"rng-1"}, set[str](), {"rng3-1", "rng4-1", "rng5-1"})
    assert again.only == (set[str](), set[str](), set[str]())
    assert running.replicas()["worker"] == len(WORKERS)


def test_re_scaling_with_a_plain_up_leaves_the_workers_scaled(
    running: Project, notebook: Notebook
) -> None:
    up = _rescale(running, 5, _in_steps(running, [""]))
    down = _rescale(running, 2, _in_steps(running, ["", "--remove-orphans"]))
    coins.wait_for_hashes(running, 30)
    notebook.note_seconds("`up -d`, 3 rng to 5", up.seconds)
    notebook.note_seconds("`up -d`, then `up -d --remove-orphans`, 5 rng to 2", down.seconds)
    notebook.note("recreated", ", ".join(sorted(up.recreated)))

    # Compose 2.26 recreates whatever depends on a container that it recreates; later ones do not.
    assert "rng-1" in up.recreated & down.recreated
    assert up.recreated | down.recreated <= {"rng-1", *WORKERS}
    assert running.replicas()["worker"] == len(WORKERS)
