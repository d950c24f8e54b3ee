"""Replicas that do not listen yet: no request fails while one of them serves."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.balancer import balancer
from lb.model import Address, Configuration, Control, Options
from tests.lab.ports import free_port
from tests.lb.processes import bind, get, listener, needs, start_haproxy, start_replica

CLIENTS = 20


def configured(servers: int, words: str = "", slots: int = 0) -> Configuration:
    addresses = [Address(f"rng{number}", 80) for number in range(1, servers + 1)]
    return balancer("rng", {80: addresses}, options=Options.parse(words), slots=slots)


@pytest.mark.parametrize(
    ("configuration", "retries"),
    [
        pytest.param(configured(1), 3, id="there is no other server"),
        pytest.param(configured(2), 3, id="three failures take out the only other one"),
        pytest.param(configured(5), 12, id="three of each other one"),
        pytest.param(configured(100), 30, id="but not for ever"),
        pytest.param(configured(1, slots=64), 30, id="DNS knows replicas before they listen"),
        pytest.param(configured(5, "mode=http"), 6, id="in HTTP mode a request may be harmful"),
    ],
)
def test_attempts_are_enough_to_find_the_server_that_lives(
    configuration: Configuration, retries: int
) -> None:
    assert configuration.retries == retries


@needs("haproxy")
@pytest.mark.parametrize(
    ("words", "silent"),
    [
        pytest.param("", 9, id="tcp"),
        pytest.param("server-maxconn=1", 9, id="tcp, with a queue"),
        pytest.param("balance=roundrobin", 9, id="tcp, in turn"),
        pytest.param("mode=http", 2, id="http"),
    ],
)
def test_no_request_fails_while_others_do_not_listen(
    words: str, silent: int, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        lives, _ = start_replica("rng1", cleanup)
        servers = [*(Address("127.0.0.1", free_port()) for _ in range(silent)), lives]
        listening = listener(cleanup)
        configuration = balancer(
            "rng",
            {80: servers},
            options=Options.parse(words),
            names="hosts",
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=None),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])
        port = int(listening.getsockname()[1])

        with ThreadPoolExecutor(CLIENTS) as clients:
            answers = set(clients.map(lambda _: get(port), range(CLIENTS)))

    assert answers == {(200, "rng1")}
