"""Podman in the place of Docker: podman-compose, Compose on Podman's socket, and dcgen there."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.door import DCGEN, dcgen
from tests.e2e.sources import repetition
from tests.lab import composes, packages, podman, today
from tests.lab.access import obstacle
from tests.lab.bundle import archive
from tests.lab.commands import CommandError
from tests.lab.podman import Podman
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SOURCE = """\
services:
  web:
    image: haproxy:3.0
    command: ["haproxy", "-W", "-db", "-f", "/web.cfg"]
    ports: ["8001:8080"]
    volumes: ["./web.cfg:/web.cfg:ro"]
"""
ANSWERS = """\
global
  fd-hard-limit 500
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend web
  bind :8080
  http-request return status 200 content-type text/plain lf-string %H
"""
PROVIDERS = """\
services:
  web:
    provider: {type: dcgen, options: {replicas: 3}}
  far:
    provider: {type: dcgen, options: {upstream: "web:8080", port: 8080}}
    ports: ["8002:8080"]
    depends_on: [web]
"""
URL = "http://127.0.0.1:8001/"
FAR_URL = "http://127.0.0.1:8002/"


@pytest.fixture(scope="module")
def pod(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Podman]:
    """Give a Podman with the images of the lab, which is started only to make them."""
    if obstacle() or not archive().exists():
        request.getfixturevalue("lab")
    try:
        with packages.alone():
            podman.fetch(packages.cache())
    except CommandError as error:
        pytest.skip(f"Debian's packages of Podman are out of reach: {error.output[-300:]}")
    work = tmp_path_factory.mktemp("podman")
    with podman.running(packages.cache(), work) as made:
        made.run("podman", "load", "--quiet", "--input", archive(), cwd=work, timeout_s=120)
        yield made


@contextmanager
def up(pod: Podman, folder: Path, program: str, *words: str) -> Iterator[Path]:
    """Run with *program* what `dcgen scale web 3` with *words* writes, and remove it."""
    _write(folder)
    dcgen("scale", "web", "3", *words, "-q", cwd=folder)
    with _run(pod, folder, program, "generated.yml"):
        yield folder


def _write(folder: Path) -> None:
    folder.mkdir()
    (folder / "compose.yml").write_text(SOURCE)
    (folder / "web.cfg").write_text(ANSWERS)


@contextmanager
def _run(pod: Podman, folder: Path, program: str, *files: str) -> Iterator[None]:
    given = [word for file in files for word in ("-f", file)]
    path = f"{DCGEN.parent}{os.pathsep}{os.environ['PATH']}"
    env = {} if program == "podman-compose" else _env(pod) | {"PATH": path}
    pod.run(_program(program), *given, "up", "-d", cwd=folder, env=env, timeout_s=120)
    try:
        yield
    finally:
        pod.run("podman", "rm", "--force", "--all", "--time", "0", cwd=folder)
        # Compose refuses a network that podman-compose made, which lacks its label.
        pod.run("podman", "network", "prune", "--force", cwd=folder)
        # What watches a container holds its port, and outlives it a little.
        until(lambda: ":800" not in pod.run("ss", "-ltnH", cwd=folder), "the ports are free")


def _env(pod: Podman) -> dict[str, str]:
    config = today.folder(packages.cache())
    return {"DOCKER_HOST": pod.url, "DOCKER_CONFIG": str(config)}


def _program(name: str) -> Path:
    return Path(name) if name == "podman-compose" else composes.require(name)


def _answers(pod: Podman, folder: Path, url: str = URL) -> int:
    """Return how many replicas answer six requests, each on a connection of its own."""
    command = ("curl", "-s", "--fail", "-H", "Connection: close", "-w", "\\n")
    try:
        said = pod.run(*command, *[url] * 6, cwd=folder)
    except CommandError:
        return 0
    return len(set(said.split()))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        pytest.param("podman-compose", ("--lb-config", "file"), id="podman-compose-file"),
        pytest.param("2.40", ("--lb-config", "inline"), id="compose-2.40-inline"),
        pytest.param(
            "podman-compose", ("--lb-config", "args"), id="podman-compose-args", marks=repetition
        ),
        pytest.param(
            "podman-compose",
            ("--lb-config", "file", "--dynamic"),
            id="podman-compose-dynamic",
            marks=repetition,
        ),
        pytest.param("1.29", ("--lb-config", "file"), id="compose-1.29-file", marks=repetition),
        pytest.param("2.26", ("--lb-config", "inline"), id="compose-2.26-inline", marks=repetition),
        pytest.param("2.40", ("--lb-config", "file"), id="compose-2.40-file", marks=repetition),
        pytest.param("2.40", ("--lb-config", "args"), id="compose-2.40-args", marks=repetition),
    ],
)
def test_all_replicas_answer(
    pod: Podman, tmp_path: Path, program: str, words: tuple[str, ...]
) -> None:
    with up(pod, tmp_path / "web", program, *words) as folder:
        until(lambda: _answers(pod, folder) == 3, "three replicas answer", 30)


def test_podman_compose_leaves_out_an_inline_configuration(pod: Podman, tmp_path: Path) -> None:
    with up(pod, tmp_path / "web", "podman-compose", "--lb-config", "inline") as folder:
        logs = ("podman", "logs", "web_web_1")
        # Podman hands on what a container said to stderr as its own.
        both = ("sh", "-c", '"$@" 2>&1', "sh", *logs)
        until(
            lambda: "Cannot open configuration file" in pod.run(*both, cwd=folder),
            "HAProxy says that it has no configuration",
        )


@pytest.mark.parametrize("replicas", ["--static", pytest.param("--dynamic", marks=repetition)])
def test_dcgen_runs_changes_and_asks_on_its_socket(
    pod: Podman, tmp_path: Path, replicas: str
) -> None:
    env = _env(pod)
    with up(pod, tmp_path / "web", "2.40", replicas, "--mode", "http") as folder:

        def serving() -> set[str]:
            said = pod.run(DCGEN, "lb", "status", "--json", cwd=folder, env=env)
            servers = [server for proxy in json.loads(said) for server in proxy["servers"]]
            return {server["name"] for server in servers if server["status"] == "UP"}

        until(lambda: len(serving()) == 3, "three serve")
        before = _names(pod, folder)
        pod.run(DCGEN, "rollout", "web", cwd=folder, env=env, timeout_s=120)

        assert len(serving()) == _answers(pod, folder) == 3
        # The balancer stays, and every replica is another one.
        assert len(before & _names(pod, folder)) == 1


def test_compose_runs_providers_on_its_socket(pod: Podman, tmp_path: Path) -> None:
    folder = tmp_path / "web"
    _write(folder)
    (folder / "scaled.yml").write_text(PROVIDERS)
    with _run(pod, folder, "2.40", "compose.yml", "scaled.yml"):
        until(lambda: _answers(pod, folder) == 3, "three answer", 30)
        until(lambda: _answers(pod, folder, FAR_URL) == 3, "three answer by the ambassador", 30)
        files = ("-f", "compose.yml", "-f", "scaled.yml")
        said = pod.run(DCGEN, "lb", "status", "--json", *files, cwd=folder, env=_env(pod))

    roles = {one["service"]: (one["role"], len(one["servers"])) for one in json.loads(said)}
    assert roles == {"web": ("balancer", 3), "far": ("ambassador", 1)}


def _names(pod: Podman, folder: Path) -> set[str]:
    return set(pod.run("podman", "ps", "--quiet", "--no-trunc", cwd=folder).split())
