"""A host that ssh reaches, with the sshd that Debian ships: many replicas, one connection."""

import os
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.door import dcgen
from tests.e2e.report import Notebook
from tests.lab import packages
from tests.lab.lab import Lab
from tests.lab.ssh import SshHost, sshd

pytestmark = pytest.mark.e2e

REPLICAS = 40
FILE = """\
services:
  many: {image: redis, command: sleep 600, network_mode: none, init: true}
"""


def test_forty_replicas_start_by_ssh_over_one_connection(
    lab: Lab, tmp_path: Path, notebook: Notebook, cleanup: ExitStack
) -> None:
    node1 = lab.engine("node1")
    file = tmp_path / "compose.yml"
    file.write_text(FILE)
    there = cleanup.enter_context(sshd(lab, "node1", tmp_path))
    environment = {
        "PATH": f"{there.path}{os.pathsep}{os.environ['PATH']}",
        "DOCKER_CONFIG": str(packages.tools()),
    }

    def up(url: str) -> str:
        scale = ("--scale", f"many={REPLICAS}")
        return dcgen("up", "-d", *scale, "--host", url, "-f", file, env=environment)

    def down() -> None:
        dcgen("down", "--host", node1.url, "-f", file, env=environment)

    cleanup.callback(down)
    notebook.timed(f"{REPLICAS} replicas by tcp", lambda: up(node1.url))
    down()
    with _Counted(there) as counted:
        notebook.timed(f"{REPLICAS} replicas by ssh", lambda: up(there.url))
    notebook.note("TCP connections to sshd, most at once", str(max(counted.found)), "1")
    running = node1.docker("ps --quiet --filter label=com.docker.compose.service=many").split()

    assert len(running) == REPLICAS
    assert max(counted.found) == 1


class _Counted:
    """Counts the connections to a host again and again, while the block runs."""

    def __init__(self, host: SshHost) -> None:
        self.found: list[int] = []
        self._host = host
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> "_Counted":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _count(self) -> None:
        while not self._end.wait(0.25):
            self.found.append(self._host.connections())
