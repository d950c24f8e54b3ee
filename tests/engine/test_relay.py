"""The socket before Docker's: what passes as it is, and whose labels change; by real sockets."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from engine.docker.provided import NUMBER, SERVICE, Names
from engine.docker.relay import connecting, relay
from faults import HostError

NAMES = Names("rng", {"rng-replicas": 1})
LABEL = "dcgen.provided"
REPLICA = {SERVICE: "rng", NUMBER: "3", LABEL: "rng-replicas 2", "app": "x"}
BALANCER = {SERVICE: "rng", NUMBER: "1"}
OTHER = {SERVICE: "worker", NUMBER: "1"}


class Daemon(BaseHTTPRequestHandler):
    """Answers as Docker does, and notes what it was asked for."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, Any]]

    def do_GET(self) -> None:
        self.asked.append((self.path, None))
        if "/containers/json" in self.path:
            self._answer([{"Id": "1", "Labels": one} for one in (REPLICA, BALANCER, OTHER)])
        elif self.path.endswith("/containers/none/json"):
            self._answer({"message": "No such container: none"}, 404)
        elif self.path.endswith("/json"):
            self._answer({"Config": {"Labels": REPLICA}})
        else:
            self._answer({"got": self.path})

    def do_POST(self) -> None:
        if self.headers.get("Upgrade"):
            self.wfile.write(
                b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
            )
            while data := self.rfile.read1(100):
                self.wfile.write(data.upper())
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, json.loads(body)))
        self._answer({"Id": "new"}, 201)

    def _answer(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Path, list[tuple[str, Any]]]]:
    """Give the relay before a daemon, and what that daemon is asked for."""
    noted: list[tuple[str, Any]] = []
    handler = type("Noting", (Daemon,), {"asked": noted})
    with ExitStack() as cleanup:
        path = str(tmp_path / "far.sock")
        server = cleanup.enter_context(ThreadingUnixStreamServer(path, handler))
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        cleanup.callback(server.shutdown)
        yield cleanup.enter_context(relay(NAMES, connecting(f"unix://{path}"))), noted


@contextmanager
def client(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        made.settimeout(60)
        made.connect(str(path))
        yield made


def call(path: Path, verb: str, url: str, body: Any = None) -> tuple[int, Any]:
    with client(path) as made:
        connection = HTTPConnection("docker")
        connection.sock = made
        connection.request(verb, url, json.dumps(body) if body is not None else None)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def _filtered(*labels: str) -> str:
    return quote(json.dumps({"label": dict.fromkeys(labels, True)}))


def test_a_replica_is_created_as_a_container_of_the_service(asked: Any) -> None:
    path, noted = asked
    labels = {SERVICE: "rng-replicas", NUMBER: "2", "app": "x"}

    answer = call(
        path, "POST", "/v1.51/containers/create?name=p-rng-replicas-2", {"Labels": labels}
    )

    assert answer == (201, {"Id": "new"})
    assert noted == [("/v1.51/containers/create?name=p-rng-replicas-2", {"Labels": REPLICA})]


def test_what_is_of_another_service_is_created_as_it_is_asked_for(asked: Any) -> None:
    path, noted = asked

    call(path, "POST", "/containers/create", {"Labels": OTHER, "Image": "x"})
    call(path, "POST", "/containers/create", {"Image": "x"})

    assert [body for _, body in noted] == [
        {"Labels": OTHER, "Image": "x"},
        {"Labels": {}, "Image": "x"},
    ]


def test_a_balancer_does_not_say_that_it_depends_on_what_compose_does_not_know(asked: Any) -> None:
    path, noted = asked
    depends = "com.docker.compose.depends_on"
    waits = "db:service_started:false,rng-replicas:service_started:false"

    call(path, "POST", "/containers/create", {"Labels": {**BALANCER, depends: waits}})

    assert noted[0][1]["Labels"][depends] == "db:service_started:false"


@pytest.mark.parametrize(
    ("service", "services", "passed"),
    [
        pytest.param("rng-replicas", ["rng-replicas"], "rng", id="the replicas alone"),
        pytest.param("rng", ["rng"], "rng", id="the balancer alone"),
        pytest.param("worker", ["worker"], "worker", id="another service"),
    ],
)
def test_a_list_of_one_service_has_its_own_containers(
    asked: Any, service: str, services: list[str], passed: str
) -> None:
    path, noted = asked

    _, found = call(
        path, "GET", f"/v1.51/containers/json?all=1&filters={_filtered(f'{SERVICE}={service}')}"
    )

    assert [one["Labels"][SERVICE] for one in found] == services
    assert quote(f"{SERVICE}={passed}") in noted[0][0]
    assert "all=1" in noted[0][0]


def test_a_list_of_all_and_a_single_container_have_their_own_labels(asked: Any) -> None:
    path, _ = asked
    own = {SERVICE: "rng-replicas", NUMBER: "2", "app": "x"}

    _, found = call(
        path, "GET", f"/containers/json?filters={_filtered('com.docker.compose.project=p')}"
    )
    _, one = call(path, "GET", "/v1.51/containers/abc/json")

    assert [each["Labels"] for each in found] == [own, BALANCER, OTHER]
    assert one == {"Config": {"Labels": own}}
    assert call(path, "GET", "/containers/none/json") == (
        404,
        {"message": "No such container: none"},
    )


def test_all_else_passes_as_it_is(asked: Any) -> None:
    path, noted = asked

    assert call(path, "GET", "/v1.51/networks?x=1") == (200, {"got": "/v1.51/networks?x=1"})
    assert call(path, "POST", "/v1.51/networks/create", {"Labels": REPLICA}) == (201, {"Id": "new"})
    assert noted[-1] == ("/v1.51/networks/create", {"Labels": REPLICA})


def test_a_connection_that_becomes_another_goes_both_ways(asked: Any) -> None:
    path, _ = asked
    with client(path) as made:
        made.sendall(
            b"POST /exec/1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        head = made.recv(1000)
        made.sendall(b"hello")

        assert head.startswith(b"HTTP/1.1 101")
        assert made.recv(100) == b"HELLO"
        made.shutdown(socket.SHUT_WR)
        assert made.recv(100) == b""


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(HostError, match="a provider cannot reach Docker at npipe"):
        connecting("npipe:////./pipe/docker_engine")
