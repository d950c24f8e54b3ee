"""`migrate && serve` on an empty database: one container prepares it, the others come later."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.running import changed, copied
from tests.e2e.conftest import NewProject
from tests.e2e.live import Running
from tests.e2e.load import load
from tests.lab.lab import LOCAL, TODAY

pytestmark = pytest.mark.e2e

MIGRATES_S = 2  # as long as `files/prepared.yml` says


def test_first_replica_prepares_alone_and_one_becomes_three(
    new_project: NewProject, applications: HasImages, tmp_path: Path
) -> None:
    applications(LOCAL)
    source = copied("prepared", tmp_path)
    one = Running(new_project(LOCAL, changed(source, "scale web 2 --dynamic"), name="prepared"))

    one.up()
    with load(one.url()) as constant:
        constant.await_answers_of(2)
        changed(source, "scale web 3 --dynamic")
        one.up()
        constant.await_answers_of(3)

    # One that finds the tables half made ends at once, and nothing starts it again.
    assert all(container.running for container in one.project.containers())
    assert constant.failed == []


def test_one_host_prepares_before_the_others(
    new_project: NewProject, applications: HasImages, tmp_path: Path
) -> None:
    file = changed(copied("prepared", tmp_path), "scale web 2")
    hosts = (LOCAL, TODAY)
    for host in hosts:
        applications(host)
    projects = [new_project(host, file, name="prepared") for host in hosts]

    where = [word for one in projects for word in ("--host", one.engine.url)]
    Running(projects[0]).up(*where)

    began = [_started(Running(one)) for one in projects]
    assert [len(times) for times in began] == [2, 2]
    assert min(began[0][1:] + began[1]) - began[0][0] >= MIGRATES_S
    assert all(container.running for one in projects for container in one.containers())
    assert Running(projects[1]).serving() == {"web1", "web2"}


def _started(one: Running) -> list[float]:
    # Returns when the containers of the replicas were started, in seconds, the first one first.
    ids = [c.id for c in one.project.containers() if c.service.startswith("web") and c.service[3:]]
    said = one.project.engine.docker("inspect --format {{.State.StartedAt}}", *ids).split()
    return sorted(_seconds(text) for text in said)


def _seconds(text: str) -> float:
    whole, _, part = text.removesuffix("Z").partition(".")  # nine digits, or fewer
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{part or 0}")
