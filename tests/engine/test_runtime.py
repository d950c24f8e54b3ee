"""Running HAProxy processes, asked and changed through their runtime sockets."""

import os
import select
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from engine.live import drain as draining
from engine.live.running import Live, as_processes, servers
from engine.live.spread import spread
from engine.variant import Service, Variant
from faults import HostError, UserError
from lb.balancer import balancer
from lb.model import Control, Options
from lb.runtime import move, tell
from lb.socket import ask as ask_socket
from tests.lab.waiting import until
from tests.lb.processes import (
    await_begun,
    bind,
    get,
    listener,
    needs,
    start_haproxy,
    start_replica,
    wait_for_status,
)

pytestmark = needs("haproxy")


@dataclass(frozen=True, slots=True)
class Balanced:
    """Two replicas behind a real HAProxy on *port*."""

    live: Live
    port: int
    socket: Path

    def asked(self) -> set[str]:
        return {get(self.port)[1] for _ in range(20)}


@pytest.fixture
def started(
    tmp_path: Path, cleanup: ExitStack, service: Callable[[str], Service]
) -> Callable[[str], Balanced]:
    """Give a function that starts them in a mode."""

    def start(mode: str) -> Balanced:
        socket = tmp_path / "admin"
        addresses = [start_replica(name, cleanup)[0] for name in ("rng1", "rng2")]
        listening = listener(cleanup)
        configuration = balancer(
            "rng",
            {80: addresses},
            options=Options.parse(f"mode={mode}"),
            names="hosts",
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=str(socket)),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])
        for server in ("127.0.0.1", "127.0.0.1-2"):
            wait_for_status(socket, f"rng-80,{server}", "UP", "L4OK")
        labels = "{dcgen.role: balancer, dcgen.balances: '127.0.0.1:80'}"
        described = service(f"{{image: haproxy, labels: {labels}}}")
        live = Live(described, lambda line: ask_socket(socket, line))
        return Balanced(live, int(listening.getsockname()[1]), socket)

    return start


@pytest.fixture
def balanced(started: Callable[[str], Balanced]) -> Balanced:
    return started("tcp")


def test_a_balancer_that_is_kept_waiting_by_a_full_machine_is_waited_for(
    balanced: Balanced,
) -> None:
    service = replace(balanced.live.service, name="app")
    (live,) = as_processes(
        Variant(Path("compose.yml"), {"app": service}), [("app", balanced.socket)]
    )
    pid = int(live.ask("show info").split("\nPid: ")[1].split()[0])
    os.kill(pid, signal.SIGSTOP)
    goes_on = threading.Timer(2, os.kill, (pid, signal.SIGCONT))
    goes_on.start()
    try:
        found = [row.server for row in live.rows()]
    finally:
        os.kill(pid, signal.SIGCONT)
        goes_on.cancel()

    assert found == ["127.0.0.1", "127.0.0.1-2"]


def begun(port: int, released: Path) -> tuple[threading.Thread, list[str]]:
    """Return a request that is worked on until there is a file *released*, and its answers."""
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(get(port, f"/until{released}")[1]))
    slow.start()
    await_begun(released)
    return slow, answers


def test_every_server_is_shown_with_its_address_and_health(balanced: Balanced) -> None:
    balanced.asked()
    first, second = balanced.live.rows()

    assert (first.key, second.key) == ("rng-80/127.0.0.1", "rng-80/127.0.0.1-2")
    assert first.address.startswith("127.0.0.1:")
    assert first.address != second.address
    assert (first.status, first.check) == ("UP", "L4OK")
    assert (second.status, second.check) == ("UP", "L4OK")
    assert first.total + second.total == 20
    assert first.latency_ms is not None


def test_a_drained_server_gets_nothing_and_a_ready_one_serves_again(balanced: Balanced) -> None:
    found = draining.chosen([balanced.live], ["127.0.0.1-2"])

    events = list(draining.drain(found))
    alone = balanced.asked()
    draining.ready(found)

    assert [event.what for event in events] == ["draining", "idle"]
    assert alone == {"rng1"}
    assert balanced.asked() == {"rng1", "rng2"}


def test_draining_waits_for_what_is_being_answered(balanced: Balanced, tmp_path: Path) -> None:
    released = tmp_path / "released"
    slow, answers = begun(balanced.port, released)

    seen = []
    for event in draining.drain(servers(balanced.live)):
        seen.append(event.what)
        if seen == ["draining", "draining", "idle"]:  # the other one works still
            released.touch()
    slow.join(60)

    assert seen == ["draining", "draining", "idle", "idle"]
    assert len(answers) == 1


def test_who_still_works_at_the_deadline_is_called_busy(
    balanced: Balanced, cleanup: ExitStack
) -> None:
    cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
    until(lambda: any(not row.idle for row in balanced.live.rows()), "a connection is open")

    events = list(draining.drain(servers(balanced.live), deadline_s=0.2))

    assert sorted(event.what for event in events) == ["busy", "draining", "draining", "idle"]


def test_connections_that_outlast_the_deadline_end_one_after_the_other(
    balanced: Balanced, cleanup: ExitStack
) -> None:
    def ended(one: socket.socket) -> bool:
        return bool(select.select([one], [], [], 0)[0])  # the others hear nothing

    def open_are(number: int) -> bool:
        return sum(row.sessions for row in balanced.live.rows()) == number

    clients = []
    for number in range(1, 5):
        clients.append(socket.create_connection(("127.0.0.1", balanced.port)))
        cleanup.callback(clients[-1].close)
        until(partial(open_are, number), "it is open")
    at_once: list[list[bool]] = []

    def ask(line: str) -> str:
        if line.startswith("shutdown"):
            at_once.append([ended(one) for one in clients])
        return balanced.live.ask(line)

    asked = replace(balanced.live, ask=ask)
    found = [replace(server, live=asked) for server in servers(balanced.live)]

    events = list(spread(found, 3))

    until(lambda: all(map(ended, clients)), "all are closed")
    assert at_once[0] == [False] * 4
    assert len(at_once) > 1
    assert all(seen == sorted(seen, reverse=True) for seen in at_once)  # the oldest first
    assert [event.what for event in events] == ["closed", "closed"]
    assert sum(int(event.detail.split()[0]) for event in events) == 4


def test_a_connection_that_is_listed_for_a_moment_after_its_end_is_counted_once(
    balanced: Balanced, cleanup: ExitStack
) -> None:
    cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
    until(lambda: any(not row.idle for row in balanced.live.rows()), "a connection is open")
    listed = balanced.live.ask("show sess all")

    def ask(line: str) -> str:
        return listed if line == "show sess all" else balanced.live.ask(line)

    live = replace(balanced.live, ask=ask)
    found = [replace(server, live=live) for server in servers(balanced.live)]
    (event,) = spread(found, 0.6)

    assert event.detail == "1 connections ended over that time"


def test_a_connection_that_its_client_closes_is_not_ended(balanced: Balanced) -> None:
    client = socket.create_connection(("127.0.0.1", balanced.port))
    until(lambda: any(not row.idle for row in balanced.live.rows()), "a connection is open")

    def ask(line: str) -> str:
        assert not line.startswith("shutdown")
        said = balanced.live.ask(line)
        client.close()
        return said

    live = replace(balanced.live, ask=ask)
    found = [replace(server, live=live) for server in servers(balanced.live)]

    assert list(spread(found, 60)) == []


@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_who_was_moved_is_vacated_when_what_was_begun_before_is_answered(
    started: Callable[[str], Balanced], tmp_path: Path, mode: str
) -> None:
    balanced, released = started(mode), tmp_path / "released"
    slow, answers = begun(balanced.port, released)
    busy, other = sorted(servers(balanced.live), key=lambda one: one.row.idle)
    host, _, port = other.row.address.rpartition(":")

    tell(balanced.live.ask, [move(busy.row, host, int(port))])
    at_once = list(draining.vacate([busy], deadline_s=0))
    meanwhile = balanced.asked()
    released.touch()
    events = list(draining.vacate([busy]))
    slow.join(60)

    assert [(event.what, event.detail) for event in at_once] == [
        ("draining", ""),
        ("busy", "1 connections are open"),
    ]
    assert len(meanwhile) == 1
    assert [event.what for event in events] == ["draining", "idle"]
    assert set(answers).isdisjoint(meanwhile)


def test_nobody_to_vacate_is_vacated() -> None:
    assert list(draining.vacate([])) == []


def test_a_name_that_means_no_server_is_answered_with_those_there_are(balanced: Balanced) -> None:
    with pytest.raises(UserError) as error:
        draining.chosen([balanced.live], ["rng7"])

    assert error.value.fix == "name one of: 127.0.0.1, 127.0.0.1-2"


def test_a_whole_balancer_is_meant_by_its_name(balanced: Balanced) -> None:
    assert len(draining.chosen([balanced.live], ["app"])) == 2


def test_a_process_that_is_gone_is_an_error_that_says_so(tmp_path: Path) -> None:
    from engine.live.running import _local  # noqa: PLC0415 - the way to a process, without a run

    with pytest.raises(HostError, match="has no runtime socket"):
        _local(tmp_path / "rng.sock")("show stat")
