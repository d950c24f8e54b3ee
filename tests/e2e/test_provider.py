"""Stock `docker compose up` that scales: dcgen as a provider of today's Compose."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab.commands import CommandError
from tests.lab.lab import TODAY
from tests.lab.project import Project

pytestmark = pytest.mark.e2e

OVERLAY = """\
services:
  web:
    provider:
      type: dcgen
      options: {replicas: "${REPLICAS}", mode: http}
"""
CLIENT = """\
  client:
    image: haproxy:3.0
    command: sleep 1000
    stop_signal: KILL
    depends_on:
      web:
        condition: service_healthy
"""


class Provided:
    """A *project* whose `web` dcgen provides, in a folder with an overlay."""

    def __init__(self, project: Project) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.project = replace(project, engine=replace(project.engine, extra={"PATH": path}))
        self.folder = project.file.parent
        (self.folder / "compose.yml").write_text(
            TINY.replace("networks:\n", f"{CLIENT}networks:\n")
        )
        project.file.write_text(OVERLAY)

    def compose(self, *words: str, replicas: int = 3) -> str:
        """Return what Compose prints, with both files, if there are to be so many replicas."""
        engine = replace(
            self.project.engine, extra={**self.project.engine.extra, "REPLICAS": str(replicas)}
        )
        files = ("-f", "compose.yml", "-f", self.project.file.name)
        command = ("docker", "compose", "-p", self.project.name, *files, *words)
        return engine.run(*command, cwd=self.folder, timeout_s=120)


@pytest.fixture
def provided(new_project: NewProject, tmp_path: Path) -> Iterator[Provided]:
    """Give a project that is not started."""
    project = new_project(TODAY, tmp_path / "compose.scaled.yml", name="provided")
    try:
        yield Provided(project)
    finally:
        project.file.write_text(TINY)  # what removes it at the end knows no provider


def test_compose_alone_scales_without_losing_a_request(
    provided: Provided, notebook: Notebook
) -> None:
    project = provided.project
    provided.compose("up", "-d")
    before = project.ids()
    with load(f"http://{project.engine.address}:8001/") as constant:
        for replicas in (5, 2):
            provided.compose("up", "-d", "--remove-orphans", replicas=replicas)
            constant.await_answers_of(replicas)
        unchanged = project.ids()
        begin_s = time.monotonic()
        provided.compose("up", "-d", replicas=2)
        notebook.note_seconds("`docker compose up -d` without a change", time.monotonic() - begin_s)
        provided.compose("--dry-run", "up", "-d", replicas=9)
        assert project.ids() == unchanged
        project.file.write_text(OVERLAY.replace("mode:", "mdoe:"))
        with pytest.raises(CommandError) as refused:
            provided.compose("up", "-d")
        project.file.write_text(OVERLAY)
        constant.more(100)
    notebook.note("3 to 5 to 2 replicas with `docker compose up`", constant.verdict, "0 failed")

    assert "compose.scaled.yml:5: there is no option 'mdoe'" in refused.value.output
    assert constant.failed == []
    assert [before[name] == unchanged[name] for name in ("web-1", "client-1")] == [True, True]


def test_compose_takes_the_containers_for_those_of_the_service(provided: Provided) -> None:
    project = provided.project
    provided.compose("up", "-d")

    assert project.replicas() == {"web": 4, "client": 1}
    assert len(provided.compose("ps", "--quiet", "web").split()) == 4
    assert "web-replicas-3" in provided.compose("logs", "web")
    hosts = {provided.compose("exec", "--index", str(n), "web", "hostname") for n in (1, 2, 3, 4)}
    assert len(hosts) == 4
    provided.compose("stop", "--timeout", "1")
    assert project.replicas() == {}
    provided.compose("start")
    assert project.replicas() == {"web": 4, "client": 1}
    provided.compose("down")
    assert project.containers() == []
