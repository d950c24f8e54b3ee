"""Requests over a connection that ``docker system dial-stdio`` opens; a server answers for it."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from engine.docker.connection import connected
from engine.hosts import Host
from faults import HostError

Put = Callable[[str, str], None]
ASKED: list[tuple[str, object]] = []
# What the `docker` command does: bytes from here to the daemon's socket, and back.
RELAY = """
import socket, threading
daemon = socket.socket(socket.AF_UNIX)
daemon.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
assert sys.argv[1:] == ["system", "dial-stdio"]
def copy():
    while data := daemon.recv(4096):
        os.write(1, data)
threading.Thread(target=copy, daemon=True).start()
while data := os.read(0, 4096):
    daemon.sendall(data)
"""


class Daemon(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, "OK")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ASKED.append((self.path, body))
        if self.path == "/taken":
            self._answer(403, '{"message": "port is already allocated"}')
        else:
            self._answer(200, "")

    def _answer(self, code: int, text: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Host]:
    ASKED.clear()
    place = str(tmp_path / "docker.sock")
    with ExitStack() as cleanup:
        server = cleanup.enter_context(socketserver.ThreadingUnixStreamServer(place, Daemon))
        server.daemon_threads = True
        cleanup.callback(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Host(f"unix://{place}")


def test_requests_follow_each_other_on_one_connection(put: Put, daemon: Host) -> None:
    put("docker", RELAY)

    with connected(daemon) as docker:
        docker.post("/networks/shop_default/disconnect", {"Container": "a"})
        docker.post("/networks/shop_default/connect", {"Container": "b"})

    assert ASKED == [
        ("/networks/shop_default/disconnect", {"Container": "a"}),
        ("/networks/shop_default/connect", {"Container": "b"}),
    ]


def test_a_refusal_is_quoted(put: Put, daemon: Host) -> None:
    put("docker", RELAY)

    with (
        pytest.raises(HostError, match=r"refuses '/taken' on .*: port is already allocated"),
        connected(daemon) as docker,
    ):
        docker.post("/taken", {})


def test_a_docker_that_knows_no_way_is_an_error_before_anything_is_asked(
    put: Put, daemon: Host
) -> None:
    put("docker", "sys.exit('unknown command')")

    with pytest.raises(HostError, match="Docker does not answer"), connected(daemon):
        pass
    assert ASKED == []


@pytest.mark.usefixtures("put")
def test_no_docker_command_is_said(daemon: Host) -> None:
    with pytest.raises(HostError, match="no 'docker' on PATH"), connected(daemon):
        pass
