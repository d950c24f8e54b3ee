"""Replicas of a service with `build` and `image`: one build, whose image all of them run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.lab.lab import LOCAL, TODAY
from tests.lab.project import COMPOSE_1, COMPOSE_2

pytestmark = pytest.mark.e2e
SOURCE = """\
version: "2.1"
services:
  web:
    build: web
    image: dcgen.example/web:1
    expose: ["8080"]
    command: sleep 600
    stop_signal: SIGKILL
"""


@pytest.mark.parametrize(
    ("host", "program", "builder"),
    [
        pytest.param(LOCAL, COMPOSE_1, "0", id="compose-1"),
        pytest.param(LOCAL, COMPOSE_2, "0", id="compose-2"),
        pytest.param(TODAY, COMPOSE_2, "1", id="bake of today"),
    ],
)
def test_all_replicas_run_what_the_first_one_builds(
    new_project: NewProject, host: str, program: str, builder: str, tmp_path: Path
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM redis\nRUN head -c 9 /dev/urandom >/made\n")
    (tmp_path / "compose.yml").write_text(SOURCE)
    dcgen("scale", "web", "3", "--lb-config", "file", "-f", tmp_path / "compose.yml")
    project = new_project(host, tmp_path / "generated.yml", program)
    engine = project.engine
    building = replace(engine, extra={**engine.extra, "DOCKER_BUILDKIT": builder})

    replace(project, engine=building).compose("up -d")

    ids = project.ids()
    found = {engine.docker("inspect -f {{.Image}}", ids[f"web{number}-1"]) for number in (1, 2, 3)}
    assert len(found) == 1
    engine.docker("rmi -f dcgen.example/web:1")
