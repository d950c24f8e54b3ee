"""Connections of this machine, watched and reset; `docker` on PATH makes no container."""

import os
import shutil
import socket
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine.docker.containers import Container, Site
from engine.live.connected import connected
from tests.lab.waiting import until
from tests.lb.processes import needs

pytestmark = [
    needs("perl"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may reset connections"),
]
OLD = Container("abc", "rng", 1)
SITE = Site(("docker", "compose"))


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def pair(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    cleanup: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[socket.socket, socket.socket]:
    """Give a connection, from the client's side and from the server's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    docker = folder / "docker"
    # docker run … IMAGE -e PROGRAM PORTS SECONDS
    run = f"os.execv({shutil.which('perl')!r}, ['perl', *sys.argv[-4:]])"
    docker.write_text(f"#!{sys.executable}\nimport os, sys\n{run}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    # A server that listens on IPv6 has IPv4 connections, too.
    server = socket.create_server(
        ("", 0), family=request.param, dualstack_ipv6=request.param == socket.AF_INET6
    )
    client = socket.create_connection(("127.0.0.1", server.getsockname()[1]), 5)
    accepted, _ = server.accept()
    for one in (server, client, accepted):
        cleanup.enter_context(one)
    accepted.settimeout(60)
    return client, accepted


def test_who_waits_for_an_answer_learns_that_none_comes(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    client, accepted = pair

    with connected(SITE, OLD, "haproxy", [accepted.getsockname()[1]], 0.1) as seen:
        assert seen
        assert seen.left == ["127.0.0.1"]
        seen.reset()

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionAbortedError):
        accepted.recv(1)


def test_who_comes_later_is_reset_until_the_end(pair: tuple[socket.socket, socket.socket]) -> None:
    port = pair[1].getsockname()[1]

    with connected(SITE, OLD, "haproxy", [port], 0.1) as seen:
        assert seen
        seen.refuse()
        late = ("127.0.0.1", port), 5
        # It may be reset while it is made.
        with pytest.raises(ConnectionResetError), socket.create_connection(*late) as one:
            one.recv(1)

    # Who resets ends by itself when nobody speaks to it any more.
    until(lambda: _is_left_alone(port), "nobody is reset any more")


def _is_left_alone(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.3) as one:
            one.recv(1)
    except TimeoutError:
        return True
    except ConnectionError:
        pass
    return False


def test_who_is_not_reset_stays_connected(pair: tuple[socket.socket, socket.socket]) -> None:
    client, accepted = pair

    with connected(SITE, OLD, "haproxy", [accepted.getsockname()[1]], 0.1):
        pass

    accepted.sendall(b"!")
    assert client.recv(1) == b"!"


def test_it_is_over_when_nobody_is_connected(pair: tuple[socket.socket, socket.socket]) -> None:
    client, accepted = pair
    port = accepted.getsockname()[1]
    with closing(client), closing(accepted):
        pass

    with connected(SITE, OLD, "haproxy", [port], 60) as seen:
        assert seen
        assert seen.left == []


def test_nobody_is_reset_in_the_network_of_the_host(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    shared = replace(OLD, addresses={"host": ""})

    with connected(SITE, shared, "haproxy", [pair[1].getsockname()[1]], 0.1) as seen:
        assert seen is None
