"""How long a connection through a real HAProxy may be silent."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.balancer import balancer
from lb.model import Address, Control, Options
from lb.render import render
from tests.lb.balanced import Balanced
from tests.lb.processes import bind, listener, needs, start_haproxy

pytestmark = needs("haproxy")


def test_chosen_server_timeout_holds_in_tcp_mode(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options(timeout_server=0.5))
        idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
        idle.settimeout(60)

        assert idle.recv(1) == b""


@pytest.fixture
def silent(cleanup: ExitStack) -> socket.socket:
    """Listen as a server does that a test lets speak, and be silent, when it wants."""
    return cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))


def _in_front_of(
    server: socket.socket, options: Options, folder: Path, cleanup: ExitStack
) -> socket.socket:
    """Return a client that has asked for a stream of events, through HAProxy, at *server*."""
    listening = listener(cleanup)
    configuration = balancer(
        "rng",
        {80: [Address("127.0.0.1", server.getsockname()[1])]},
        options=options,
        names="hosts",
        binds={80: bind(listening)},
        control=Control(health_port=None, socket=str(folder / "admin")),
    )
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])
    client = socket.create_connection(listening.getsockname(), timeout=60)
    cleanup.enter_context(client)
    client.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
    return client


def _asked(server: socket.socket, cleanup: ExitStack) -> socket.socket:
    """Return the connection of *server* with the request; health checks say nothing."""
    while True:
        connection = cleanup.enter_context(server.accept()[0])
        if connection.recv(4096):
            return connection


@pytest.mark.parametrize("begun", [True, False], ids=["a stream of events", "a long poll"])
def test_a_silent_answer_outlives_the_time_of_a_silent_client(
    begun: bool,  # noqa: FBT001 - a case
    silent: socket.socket,
    tmp_path: Path,
    cleanup: ExitStack,
) -> None:
    options = Options(mode="http", timeout_client=0.3, timeout_http_request=0.3)
    client = _in_front_of(silent, options, tmp_path, cleanup)
    server = _asked(silent, cleanup)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    if begun:
        server.sendall(head)
    # A client that asks nothing is closed: the time has passed.
    idle = cleanup.enter_context(socket.create_connection(client.getpeername(), timeout=60))
    while idle.recv(4096):
        pass

    server.sendall((b"" if begun else head) + b"data: late\n\n")
    server.close()

    with client.makefile("rb") as answer:
        assert answer.read().endswith(b"\r\n\r\ndata: late\n\n")


def test_chosen_server_timeout_ends_a_long_poll(
    silent: socket.socket, tmp_path: Path, cleanup: ExitStack
) -> None:
    options = Options(mode="http", timeout_server=0.3, retry=False)
    client = _in_front_of(silent, options, tmp_path, cleanup)
    _asked(silent, cleanup)

    with client.makefile("rb") as answer:
        assert answer.readline() == b"HTTP/1.1 504 Gateway Time-out\r\n"


def test_silence_in_http_mode_may_last_as_long_as_in_tcp_mode() -> None:
    configuration = balancer("rng", {80: [Address("a", 80)]}, options=Options(mode="http"))

    assert configuration.timeouts.answer == configuration.timeouts.tunnel == 3600
    assert "    timeout server 3600s\n" in render(configuration)
    assert "    timeout tunnel 3600s\n" in render(configuration)
