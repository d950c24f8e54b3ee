"""Requests over a connection that ``docker system dial-stdio`` opens; a server answers for it."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from engine.docker.connection import connected
from engine.hosts import Host
from faults import HostError
from tests.engine.answering import RELAY, Answering, serving

Put = Callable[[str, str], None]
ASKED: list[tuple[str, object]] = []


class Daemon(Answering, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer("OK")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ASKED.append((self.path, body))
        if self.path == "/taken":
            self.answer('{"message": "port is already allocated"}', 403)
        else:
            self.answer("")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Host]:
    ASKED.clear()
    with serving(tmp_path, Daemon) as host:
        yield host


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
