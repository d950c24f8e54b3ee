"""What a balancer's configuration does in a real HAProxy process."""

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.balancer import balancer
from lb.model import Address, Control, Options
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.balanced import Balanced
from tests.lb.processes import (
    bind,
    get,
    listener,
    needs,
    start_haproxy,
    start_replica,
    wait_for_runtime,
    wait_for_status,
)

pytestmark = needs("haproxy")


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
        pool = cleanup.enter_context(ThreadPoolExecutor(60))
        released = tmp_path / "released"

        wait_for_runtime(balanced.socket)
        answers = [pool.submit(get, balanced.port, f"/until{released}") for _ in range(60)]
        until(lambda: sum(balanced.sessions()) == 60, "all are under way")
        shares = balanced.sessions()
        released.touch()

        assert {answer.result()[0] for answer in answers} == {200}
    assert max(shares) <= 1.2 * min(shares)


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

        start_replica("rng1", cleanup, balanced.addresses[0].port)  # which nobody else is given
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
