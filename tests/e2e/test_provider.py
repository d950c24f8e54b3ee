"""Stock `docker compose up` that scales: dcgen as a provider of today's Compose."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import TINY
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab.commands import CommandError, run
from tests.lab.lab import TODAY
from tests.lab.project import Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

OVERLAY = """\
services:
  web:
    provider:
      type: dcgen
      options: {replicas: "${REPLICAS}", mode: http}
"""
README = Path(__file__).parents[2] / "README.md"
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

    def write(self, source: str, overlay: str) -> None:
        """Write both files."""
        (self.folder / "compose.yml").write_text(source)
        self.project.file.write_text(overlay)

    def compose(self, *words: str, replicas: int = 3) -> str:
        """Return what Compose prints, with both files, if there are to be so many replicas."""
        env = self._env(replicas)
        return run(*self._command(*words), cwd=self.folder, env=env, timeout_s=120)

    def run(self, command: str) -> str:
        """Return what *command* prints, as a person writes it in the folder."""
        env = {**self._env(3), "COMPOSE_PROJECT_NAME": self.project.name}
        return run(*shlex.split(command), cwd=self.folder, env=env, timeout_s=120)

    @contextmanager
    def started(self, *words: str, replicas: int) -> Iterator[subprocess.Popen[bytes]]:
        """Give a run of Compose in a process group of its own."""
        command, env = self._command(*words), self._env(replicas)
        with subprocess.Popen(command, cwd=self.folder, env=env, start_new_session=True) as begun:
            try:
                yield begun
            finally:
                begun.kill()

    def _command(self, *words: str) -> tuple[str, ...]:
        files = ("-f", "compose.yml", "-f", self.project.file.name)
        return ("docker", "compose", "-p", self.project.name, *files, *words)

    def _env(self, replicas: int) -> dict[str, str]:
        return {**self.project.engine.env, "REPLICAS": str(replicas)}


@pytest.fixture
def provided(new_project: NewProject, tmp_path: Path) -> Iterator[Provided]:
    """Give a project that is not started."""
    project = new_project(TODAY, tmp_path / "compose.scaled.yml", name="provided")
    made = Provided(project)
    made.write(TINY.replace("networks:\n", f"{CLIENT}networks:\n"), OVERLAY)
    try:
        yield made
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


def test_ctrl_c_in_the_middle_leaves_replicas_that_serve(provided: Provided) -> None:
    project = provided.project
    provided.compose("up", "-d", replicas=2)
    web = project.ids()["web-1"]
    with provided.started("up", "-d", replicas=6) as begun:
        until(lambda: len(project.ids()) > 4, "new replicas start", 60)
        os.killpg(begun.pid, signal.SIGINT)  # as the terminal does
        assert begun.wait(20) != 0
    with load(f"http://{project.engine.address}:8001/") as constant:
        constant.await_answers_of(project.replicas()["web"] - 1, 40)
        provided.compose("up", "-d", replicas=6)
        constant.await_answers_of(6)

    assert constant.failed == []
    assert project.ids()["web-1"] == web


def test_the_example_of_the_readme_runs(new_project: NewProject, tmp_path: Path) -> None:
    section = README.read_text().partition("\n## With `docker compose up`\n")[2]
    commands = re.findall(r"^\$ (.+)$", section.partition("\n## ")[0], re.MULTILINE)
    folder = tmp_path / "coins"
    dcgen("sample", folder)
    project = new_project(TODAY, folder / "compose.yml", name="dockercoins")
    project.name_images()
    provided = Provided(project)

    said = [provided.run(command) for command in commands]

    assert len(commands) == 3
    assert said[-1].count(" rng ") == 4
    coins.wait_for_hashes(project, 60)
