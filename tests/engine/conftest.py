"""What the tests of the engine share: a private home for runs, little services, real programs."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from engine.events import Event
from engine.process.process import Plan, Process, Restart
from engine.process.supervisor import Supervisor
from engine.variant import Service, Variant, parse
from lb.model import Address
from tests.lab import ports

from .commands import Up

FOREVER = "import time; print('up', flush=True); time.sleep(60)"
SERVER = """
import http.server, os, signal, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ.get("SAYS", "hello").encode())

    def log_message(self, *words):
        print("served", self.path, flush=True)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
address = os.environ["HOST"], int(os.environ["PORT"])
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""

SCALED = """
services:
  web:
    image: haproxy:lts
    ports: ["80"]
    labels:
      dcgen.role: balancer
      dcgen.service: web
      dcgen.balances: "web1:80 web2:80"
      dcgen.options: balance=roundrobin  # leastconn counts a connection until it is closed
  web1: {build: web, environment: {SAYS: one}, labels: {dcgen.role: replica}}
  web2: {build: web, environment: {SAYS: two}, labels: {dcgen.role: replica}}
"""


@pytest.fixture
def home(cleanup: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Short: the path of a Unix socket has at most about 100 characters.
    folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="dcgen-")))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Path]:
    """Write the build context of a Python service, and return its folder."""

    def write(name: str, source: str = SERVER, *, port: int | None = 80, lines: str = "") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        expose = f"EXPOSE {port}\n" if port else ""
        dockerfile = f'FROM python:3.13-slim\n{expose}{lines}\nCMD ["python", "main.py"]\n'
        (folder / "Dockerfile").write_text(dockerfile)
        (folder / "main.py").write_text(source)
        return folder

    return write


@pytest.fixture
def file(tmp_path: Path, build: Callable[..., Path]) -> Path:
    """Write a variant of a balancer and two replicas."""
    build("web")
    path = tmp_path / "generated.yml"
    path.write_text(SCALED)
    return path


@pytest.fixture
def up(file: Path, cleanup: ExitStack) -> Up:
    return Up.start(file, cleanup=cleanup)


@pytest.fixture
def variant(tmp_path: Path) -> Callable[[str], Variant]:
    """Write a Compose file, and return it read."""

    def write(text: str) -> Variant:
        file = tmp_path / "compose.yml"
        file.write_text(text)
        return parse(text, file)

    return write


@pytest.fixture
def service(variant: Callable[[str], Variant]) -> Callable[[str], Service]:
    """Return the only service of a Compose file, from its body in one line of YAML."""

    def write(body: str) -> Service:
        return variant(f"services:\n  app: {body}\n").services["app"]

    return write


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Find a port to publish; a file can only name a number."""
    return ports.free_port


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a program of a few lines of Python, alone on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, source: str) -> None:
        file = folder / name
        file.write_text(f"#!{sys.executable}\nimport os, sys, time\n{source}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return write


def _require(program: str) -> None:
    if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"):
        if "CI" in os.environ:
            pytest.fail(f"no {program} on PATH")
        pytest.skip(f"no {program} on PATH")


@pytest.fixture
def haproxy() -> None:
    _require("haproxy")


@pytest.fixture
def redis_server() -> None:
    _require("redis-server")


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Process]:
    def make(  # noqa: PLR0913 - a Process has as many
        name: str,
        source: str = FOREVER,
        *,
        wave: int = 0,
        restart: Restart | None = None,
        answers: Address | None = None,
        waits_for: frozenset[str] = frozenset(),
        needs: frozenset[str] = frozenset(),
    ) -> Process:
        return Process(
            name=name,
            service=name,
            command=(sys.executable, "-c", source),
            folder=tmp_path,
            env={"PYTHONUNBUFFERED": "1"},
            answers=answers,
            wave=wave,
            restart=restart or Restart(),
            waits_for=waits_for,
            needs=needs,
        )

    return make


@pytest.fixture
def run(cleanup: ExitStack) -> Callable[..., tuple[Supervisor, Iterator[Event]]]:
    def start(
        *processes: Process, for_s: float | None = None
    ) -> tuple[Supervisor, Iterator[Event]]:
        supervisor = Supervisor(Plan(processes), for_s=for_s)
        return supervisor, cleanup.enter_context(closing(supervisor.run()))

    return start
