"""Overlays, several input files and detached services: what Compose makes of them is compared."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab.packages import tools

COMPOSE = """\
services:
  rng:
    image: rng
    container_name: dice
    ports: ["8001:80"]
    environment: {A: b}
    depends_on: [redis]
    networks:
      default: {aliases: [random]}
  redis:
    image: redis
    volumes: [data:/data]
  worker:
    image: worker
    depends_on:
      redis: {condition: service_started}
      rng: {condition: service_started}
volumes:
  data: {}
"""
SECOND = """\
services:
  rng:
    environment: [C=d]
    ports: ["9001:90"]
  extra:
    image: extra
"""
COMMANDS = [
    pytest.param("scale rng 3", id="scale"),
    pytest.param("scale rng 3 --dynamic", id="scale found by DNS"),
    pytest.param("scale worker=4", id="scale without a port"),
    pytest.param("extra-hosts redis=192.0.2.7", id="extra-hosts"),
    pytest.param("ambassador redis=db.example:32768", id="ambassador"),
]


def config(folder: Path, *files: str) -> str:
    folders = [str(tools() / "cli-plugins"), str(Path("~/.docker/cli-plugins").expanduser())]
    program = shutil.which("docker-compose", path=os.pathsep.join(folders))
    if program is None:
        assert "CI" not in os.environ, "Compose is not installed"
        pytest.skip("no Compose plugin: python -m tests.lab install")
    words = [word for file in files for word in ("-f", file)]
    env = {**os.environ, "COMPOSE_PROJECT_NAME": "cases"}
    return subprocess.run(
        [program, *words, "config"], cwd=folder, env=env, capture_output=True, text=True, check=True
    ).stdout


def make(command: str, *more: str) -> None:
    done = dcgen(*command.split(), *more, "-q")
    assert done.exit_code == 0, done.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    (tmp_path / "compose.yml").write_text(COMPOSE)
    (tmp_path / "second.yml").write_text(SECOND)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_overlay_means_the_same_as_the_whole_file(folder: Path, command: str) -> None:
    make(command, "-o", "whole.yml")
    make(command, "--overlay", "-o", "overlay.yml")

    assert config(folder, "compose.yml", "overlay.yml") == config(folder, "whole.yml")


@pytest.mark.parametrize("command", COMMANDS)
def test_overlay_of_two_files_means_the_same_as_the_whole(folder: Path, command: str) -> None:
    both = ("-f", "compose.yml", "-f", "second.yml")
    make(command, *both, "-o", "whole.yml")
    make(command, *both, "--overlay", "-o", "overlay.yml")

    laid_over = config(folder, "compose.yml", "second.yml", "overlay.yml")
    assert laid_over == config(folder, "whole.yml")


def test_detached_service_brings_its_volume_and_a_published_port(folder: Path) -> None:
    make("detach redis --publish 6380")

    made = config(folder, "redis.yml")
    assert 'published: "6380"' in made
    assert "source: data" in made
    assert "worker" not in made
