"""`dcgen advise` on Docker: a project of its own, beside one that runs, and nothing left of it."""

import json
import os
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN
from tests.e2e.report import Notebook
from tests.lab.commands import run

pytestmark = pytest.mark.e2e

# DockerCoins without its page, of the images that the lab has built.
WHOLE = """\
services:
  rng:
    image: dcgen-lab/rng
    container_name: rng
    ports: ["8001:80"]
  hasher:
    image: dcgen-lab/hasher
    expose: ["80"]
  redis:
    image: redis
    volumes: ["kept:/data"]
  worker:
    image: dcgen-lab/worker
    labels: {dcgen.count: '(\\d+) units of work done'}
volumes:
  kept:
"""


def test_the_limit_is_found_beside_a_project_that_runs(
    new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(WHOLE)
    project = new_project("node1", file)
    project.up()  # its container's name, its port and its volume are taken
    before = project.ids()
    env = {**os.environ, **project.engine.env}

    said = run(
        *(DCGEN, "advise", "--json", "rng", "-f", str(file), "--scale", "worker=6"),
        *("--window", "2", "--budget", "8", "--engine", "docker"),
        env=env,
        timeout_s=300,
    )

    found = json.loads(said)
    step = found["steps"][0]
    notebook.note("units a second with one rng", f"{step['window']['goal_per_s']:.1f}")
    notebook.note("with two", f"{step['measured']['rng']:.1f}")
    assert step["winners"] == ["rng"]
    assert found["counts"] == {"rng": 2, "worker": 6}
    assert project.ids() == before
    left = project.engine.docker("ps --all --format {{.Names}}")
    volumes = project.engine.docker("volume ls --format {{.Name}}")
    assert "dcgen-advise" not in left + volumes
