"""What becomes of open connections when a real HAProxy stops or is reloaded."""

import signal
import socket
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lb.image import GRACE_S, HARD_STOP_S
from lb.model import Options
from lb.runtime import hard_stop_of, sessions
from lb.socket import ask as ask_socket
from tests.lab.waiting import until
from tests.lb.balanced import Balanced
from tests.lb.processes import needs

pytestmark = needs("haproxy")


@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_idle_clients_do_not_hold_up_a_stop(mode: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(
            tmp_path,
            cleanup,
            Options.parse(f"mode={mode}"),
            lambda configuration: replace(configuration, hard_stop_s=0.5),
        )
        idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
        balanced.wait(0, "UP")

        balanced.haproxy.send_signal(signal.SIGUSR1)  # what `docker stop` sends to this image
        balanced.haproxy.wait(timeout=60)

        assert idle.recv(1) == b""
    assert HARD_STOP_S < GRACE_S


@pytest.mark.parametrize("mode", ["tcp", "http"])
@pytest.mark.parametrize(
    ("hard_stop_s", "answered"),
    [pytest.param(60, True, id="within it"), pytest.param(0.2, False, id="beyond it")],
)
def test_request_on_its_way_has_until_the_hard_stop(
    mode: str, hard_stop_s: float, tmp_path: Path, *, answered: bool
) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(
            tmp_path,
            cleanup,
            Options.parse(f"mode={mode}"),
            lambda configuration: replace(configuration, hard_stop_s=hard_stop_s),
        )
        balanced.wait(0, "UP", "L4OK")
        client = cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
        released = tmp_path / "released"
        head = f"GET /until{released} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        client.sendall(head.encode())
        until(lambda: sum(balanced.sessions()) > 0, "a server has the request")

        balanced.haproxy.send_signal(signal.SIGUSR1)
        if answered:
            released.touch()
        answer = client.makefile("rb").readline()

        assert answer.startswith(b"HTTP/1.1 200") is answered


@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_open_connections_are_counted_for_a_reload(mode: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(f"mode={mode}"))
        balanced.wait(0, "UP")
        ask = partial(ask_socket, balanced.socket, within_s=60)
        assert sessions(ask) == 0
        for _ in range(3):
            cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))

        until(lambda: sessions(ask) == 3, "three are open")
    text = (tmp_path / "haproxy.cfg").read_text()
    assert hard_stop_of(text) == f"{HARD_STOP_S}s"
