"""Images that are built once and brought to hosts, by a registry or without one."""

import hashlib
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN, dcgen
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.engine import Engine
from tests.lab.lab import LOCAL, TODAY, Lab
from tests.lab.registry import registry

pytestmark = pytest.mark.e2e

SOURCE = """\
services:
  web:
    build: web
    expose: ["8080"]
    command: sleep 600
    stop_signal: SIGKILL
"""
MORE_BYTES = 64 * 1024
CUT_AFTER_BYTES = 300_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give the file of an application that is scaled to three: one build, of a layer of its own."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM redis\nCOPY data /data-of-web\n")
    (tmp_path / "web" / "data").write_bytes(os.urandom(1_000_000))
    (tmp_path / "compose.yml").write_text(f"name: shipping\n{SOURCE}")
    dcgen("scale", "web", "3", "-f", tmp_path / "compose.yml")
    return tmp_path / "generated.yml"


def ship(engine: Engine, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    """Return how ``dcgen ship`` ends, with the Docker of *engine* as that of this machine."""
    command = [DCGEN, "ship", *words]
    return subprocess.run(
        command, env=engine.env, capture_output=True, text=True, timeout=120, check=False
    )


def image_of(file: Path) -> str:
    """Return the image that the replicas of *file* run."""
    found: set[str] = set(re.findall(r'image: "?([^\s"]*/web:[^\s"]+)', file.read_text()))
    assert len(found) == 1
    return found.pop()


def test_each_build_is_pushed_once_and_hosts_run_what_is_pulled(
    lab: Lab, new_project: NewProject, source: Path, tmp_path: Path, notebook: Notebook
) -> None:
    local, shipped = lab.engine(LOCAL), source.with_name("shipped.yml")
    with registry(lab, tmp_path / "registry") as place:
        done = ship(local, "-f", source, "--registry", f"{place}/coins")
        assert done.returncode == 0, done.stderr
        notebook.note("dcgen ship --registry says", done.stderr.strip().splitlines()[-2])
        image = image_of(shipped)
        assert re.fullmatch(rf"{place}/coins/web:[0-9a-f]{{12}}", image)
        assert "build:" not in shipped.read_text()
        project = new_project("node1", shipped, name="shipping")

        project.compose("up -d")

        running = [one for one in project.containers() if one.service.startswith("web")]
        images = {project.engine.docker("inspect -f {{.Config.Image}}", one.id) for one in running}
        assert f"{image}\n" in images
        ids = [
            engine.docker("image inspect -f {{.Id}}", image) for engine in (local, project.engine)
        ]
        assert ids[0] == ids[1]

    with registry(lab, tmp_path / "closed", closed=True) as place:
        refused = ship(local, "-f", source, "--registry", place, "-o", tmp_path / "refused.yml")
    assert refused.returncode == 3
    assert f"an account that may push there: docker login {place}" in refused.stderr
    assert not (tmp_path / "refused.yml").exists()


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("builder", [pytest.param(LOCAL, marks=repetition), TODAY])
def test_hosts_get_the_layers_that_they_lack(
    lab: Lab,
    source: Path,
    notebook: Notebook,
    builder: str,
) -> None:
    shipped, here = source.with_name("shipped.yml"), lab.engine(builder)
    here = replace(here, extra={"DOCKER_BUILDKIT": "1" if builder == TODAY else "0"})
    node = lab.engine("node1")
    other = lab.engine(TODAY if builder == LOCAL else LOCAL)
    words = ("-f", source, "--direct", "--host", node.url, "--host", other.url)

    first = ship(here, *words)
    assert first.returncode == 0, first.stderr
    assert len(re.findall("bytes sent", first.stderr)) == 2
    assert "is there" in ship(here, *words).stderr

    (source.parent / "web" / "data").write_bytes(os.urandom(100_000))
    changed = ship(here, *words)
    sent = [int(one.replace(",", "")) for one in re.findall(r"([\d,]+) bytes sent", changed.stderr)]
    assert len(sent) == 2
    assert all(100_000 < one <= 100_000 + MORE_BYTES for one in sent)
    notebook.note(f"bytes sent for 100,000 changed ones, built by {builder}", str(sent))
    image = image_of(shipped)
    ids = {engine.docker("image inspect -f {{.Id}}", image) for engine in (here, node, other)}
    assert len(ids) == 1
    wanted = hashlib.sha256((source.parent / "web" / "data").read_bytes()).hexdigest()
    for engine in (node, other):
        assert engine.docker(f"run --rm {image} sha256sum /data-of-web").split()[0] == wanted


def test_a_transfer_that_is_cut_is_finished_by_a_second_run(lab: Lab, source: Path) -> None:
    here, node = lab.engine(LOCAL), lab.engine("node1")
    with _cut_short(node.address, 55555) as address:
        cut = ship(here, "-f", source, "--direct", "--host", f"tcp://{address}")
    assert cut.returncode == 3
    assert "the same command again sends what is missing" in cut.stderr

    again = ship(here, "-f", source, "--direct", "--host", node.url)

    assert again.returncode == 0, again.stderr
    image = image_of(source.with_name("shipped.yml"))
    assert node.docker("image inspect -f {{.Id}}", image)


def test_another_architecture_is_refused_before_anything_is_sent(lab: Lab, source: Path) -> None:
    here, node = lab.engine(LOCAL), lab.engine("node1")
    (source.parent / "web" / "Dockerfile").write_text("FROM scratch\nCOPY data /\n")
    text = source.read_text().replace("build:", "platform: linux/arm64\n    build:")
    source.write_text(text)

    refused = ship(here, "-f", source, "--direct", "--host", node.url)

    assert refused.returncode == 3
    assert "web is built for linux/arm64" in refused.stderr
    assert not source.with_name("shipped.yml").exists()


@contextmanager
def _cut_short(address: str, port: int) -> Iterator[str]:
    """Give HOST:PORT that leads to *port* of *address*, and breaks off what sends much."""
    with ExitStack() as cleanup:
        server = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=_bridge, args=(client, address, port)).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _bridge(client: socket.socket, address: str, port: int) -> None:
    with client, socket.create_connection((address, port)) as far:

        def copy(source: socket.socket, goal: socket.socket, most: int) -> None:
            count = 0
            with suppress(OSError):
                while (data := source.recv(65536)) and count < most:
                    count += len(data)
                    goal.sendall(data)
            for one in (source, goal):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

        back = threading.Thread(target=copy, args=(far, client, 10**9))
        back.start()
        copy(client, far, CUT_AFTER_BYTES)
        back.join()
