"""What a balancer's configuration does in a real HAProxy process."""

import csv
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lb.balancer import balancer
from lb.image import GRACE_S, HARD_STOP_S
from lb.model import Address, Configuration, Control, Options
from lb.render import render
from lb.runtime import hard_stop_of, sessions
from lb.socket import ask as ask_socket
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    free_port,
    get,
    listener,
    needs,
    runtime,
    start_haproxy,
    start_replica,
    wait_for_status,
)

pytestmark = needs("haproxy")

Tune = Callable[[Configuration], Configuration]


class Balanced:
    """Three replicas behind a running HAProxy, reached at *port*."""

    def __init__(
        self,
        folder: Path,
        cleanup: ExitStack,
        options: Options,
        tune: Tune = lambda configuration: configuration,
    ) -> None:
        self.socket = folder / "admin"
        self.folder, self.cleanup = folder, cleanup
        started = [start_replica(f"rng{n}", cleanup) for n in (1, 2, 3)]
        self.addresses = [address for address, _ in started]
        self.replicas = [process for _, process in started]
        listening = listener(cleanup)
        self.port = int(listening.getsockname()[1])
        configuration = balancer(
            "rng",
            {80: self.addresses},
            options=options,
            names="hosts",
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=str(self.socket)),
        )
        self.haproxy = start_haproxy(tune(configuration), folder, cleanup, fds=[listening.fileno()])

    def wait(self, replica: int, status: str, check: str = "") -> None:
        suffix = "" if replica == 0 else f"-{replica + 1}"
        wait_for_status(self.socket, f"rng-80,127.0.0.1{suffix}", status, check)

    def sessions(self) -> int:
        """Return how many connections the servers have."""
        lines = runtime(self.socket, "show stat").removeprefix("# ").splitlines()
        rows = csv.DictReader(lines)
        return sum(int(row["scur"] or 0) for row in rows if row["svname"].startswith("127."))


@pytest.mark.parametrize(
    "words", ["", "balance=roundrobin", "mode=http", "mode=http server-maxconn=1"]
)
def test_requests_one_after_the_other_are_shared_evenly(words: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(words))

        answers = Counter(get(balanced.port)[1] for _ in range(90))

    # Not to the last one: a server may still count as busy when the next request arrives.
    assert sorted(answers) == ["rng1", "rng2", "rng3"]
    assert max(answers.values()) <= 1.5 * min(answers.values())


@pytest.mark.parametrize("words", ["", "mode=http"])
def test_requests_at_the_same_time_are_shared_evenly(words: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(words))
        pool = cleanup.enter_context(ThreadPoolExecutor(10))

        answers = Counter(pool.map(lambda _: get(balanced.port, "/slow")[1], range(150)))

    assert max(answers.values()) <= 1.2 * min(answers.values())


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("", id="tcp"),
        pytest.param("server-maxconn=1", id="tcp with a queue"),
        pytest.param("balance=roundrobin", id="tcp in turn"),
        pytest.param("mode=http", id="http"),
        pytest.param("mode=http server-maxconn=1", id="http with a queue"),
    ],
)
def test_requests_after_a_server_was_killed_all_succeed(words: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(words))
        balanced.wait(2, "UP")
        pool = cleanup.enter_context(ThreadPoolExecutor(10))

        balanced.replicas[0].kill()
        balanced.replicas[0].wait()
        answers = Counter(pool.map(lambda _: get(balanced.port, "/slow"), range(100)))

    assert set(answers) == {(200, "rng2"), (200, "rng3")}


@pytest.mark.parametrize("words", ["mode=http", "mode=http server-maxconn=1"])
def test_gets_in_flight_on_a_killed_server_are_repeated_elsewhere(
    words: str, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(words))
        pool = cleanup.enter_context(ThreadPoolExecutor(10))
        killer = threading.Timer(0.2, balanced.replicas[0].kill)
        cleanup.callback(killer.join)

        killer.start()
        answers = Counter(pool.map(lambda _: get(balanced.port, "/slow")[0], range(100)))

    assert answers == {200: 100}


@pytest.mark.parametrize(
    ("method", "attempts"),
    [
        pytest.param("GET", 7, id="GET is repeated six times"),
        pytest.param("POST", 1, id="POST may have been applied, so it is not"),
    ],
)
def test_request_without_an_answer_is_repeated_only_if_that_is_safe(
    method: str, attempts: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options(mode="http"))

        status, _ = get(balanced.port, "/die", method)

    assert status == 502
    assert capfd.readouterr().err.count(method) == attempts


def test_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options())
        balanced.replicas[0].kill()
        balanced.replicas[0].wait()
        balanced.wait(0, "DOWN")

        start_replica("rng1", cleanup, balanced.addresses[0].port)
        balanced.wait(0, "UP")

        assert {get(balanced.port)[1] for _ in range(6)} == {"rng1", "rng2", "rng3"}


def test_server_whose_health_path_answers_503_gets_no_requests(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options(health_path="/sick"))
        balanced.wait(0, "DOWN")
        balanced.wait(1, "DOWN")
        balanced.wait(2, "DOWN")

        with pytest.raises(ConnectionError):
            get(balanced.port)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param("", "UP", id="localhost unless given"),
        pytest.param("health-host=shop.example", "UP", id="a host that it knows"),
        pytest.param("health-host=rng", "DOWN", id="another one"),
    ],
)
def test_application_that_answers_some_hosts_only_is(
    words: str, status: str, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        options = Options.parse(f"health-path=/picky {words}")
        balanced = Balanced(tmp_path, cleanup, options)
        for replica in range(3):
            balanced.wait(replica, status, "L7")


@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_sticky_client_stays_with_its_server(mode: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(f"mode={mode} sticky=yes"))
        client = cleanup.enter_context(Client(balanced.port))

        assert len({client.get() for _ in range(6)}) == 1


class Client:
    """An HTTP client that keeps its cookie, but no connection."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie = port, ""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            request = (
                f"GET / HTTP/1.1\r\nHost: rng\r\nCookie: {self.cookie}\r\nConnection: close\r\n"
            )
            connection.sendall(f"{request}\r\n".encode())
            head, _, body = connection.makefile().read().partition("\n\n")
        for line in head.splitlines():
            if line.lower().startswith("set-cookie: "):
                self.cookie = line.partition(": ")[2].partition(";")[0]
        return body


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
        client.sendall(b"GET /slow/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        until(lambda: balanced.sessions() > 0, "a server has the request")

        balanced.haproxy.send_signal(signal.SIGUSR1)
        answer = client.makefile("rb").readline()

        assert answer.startswith(b"HTTP/1.1 200") is answered


def test_chosen_server_timeout_holds_in_tcp_mode(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options(timeout_server=0.5))
        idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))
        idle.settimeout(5)

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


@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_open_connections_are_counted_for_a_reload(mode: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        balanced = Balanced(tmp_path, cleanup, Options.parse(f"mode={mode}"))
        balanced.wait(0, "UP")
        ask = partial(ask_socket, balanced.socket)
        assert sessions(ask) == 0
        for _ in range(3):
            cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.port)))

        until(lambda: sessions(ask) == 3, "three are open")
    text = (tmp_path / "haproxy.cfg").read_text()
    assert hard_stop_of(text) == f"{HARD_STOP_S}s"


def test_health_frontend_answers_503_while_a_pool_has_no_server_up(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        address, replica = start_replica("rng1", cleanup)
        listening = listener(cleanup)
        health, admin = free_port(), tmp_path / "admin"
        configuration = balancer(
            "rng",
            {80: [address]},
            binds={80: bind(listening)},
            control=Control(health_port=health, socket=str(admin)),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])
        wait_for_status(admin, "rng-80,127.0.0.1", "UP")
        well = get(health, "/healthz")[0]

        replica.kill()
        wait_for_status(admin, "rng-80,127.0.0.1", "DOWN")

        assert (well, get(health, "/healthz")[0]) == (200, 503)


def test_replicas_on_unknown_hosts_do_not_keep_haproxy_from_starting(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        address, _ = start_replica("rng1", cleanup)
        listening = listener(cleanup)
        configuration = balancer(
            "rng",
            {80: [address, Address("nowhere.invalid", 80)]},
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=None),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])

        assert get(int(listening.getsockname()[1])) == (200, "rng1")
