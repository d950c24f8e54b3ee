"""Which question a far end is asked, and which answers prove that it is alive."""

import re

import pytest

from ambassador.protocols import Protocol, check, guess
from faults import UserError


@pytest.mark.parametrize(
    ("port", "image", "protocol"),
    [
        pytest.param(6379, None, "redis", id="Redis by its port"),
        pytest.param(5432, None, "postgres", id="PostgreSQL by its port"),
        pytest.param(3306, None, "mysql", id="MySQL by its port"),
        pytest.param(8080, None, "tcp", id="any other port"),
        pytest.param(7000, "redis:7-alpine", "redis", id="Redis by its image"),
        pytest.param(6379, "mirror.example:5000/valkey/valkey@sha256:0", "redis", id="Valkey"),
        pytest.param(5433, "postgis/postgis:16-3.4", "postgres", id="PostGIS"),
        pytest.param(3307, "mariadb", "mysql", id="MariaDB"),
        pytest.param(6379, "example/own-server", "redis", id="an image nobody knows"),
    ],
)
def test_protocol_is_guessed_from_the_image_or_the_port(
    port: int, image: str | None, protocol: Protocol
) -> None:
    assert guess(port, image) == protocol


@pytest.mark.parametrize(
    ("answer", "alive"),
    [
        pytest.param("+PONG", True, id="well"),
        pytest.param("-NOAUTH Authentication required.", True, id="wants a password"),
        pytest.param("-NOPERM this user has no permissions", True, id="default user may not"),
        pytest.param("-LOADING Redis is loading the dataset in memory", True, id="loading"),
        pytest.param("-BUSY Redis is busy running a script.", True, id="runs a script"),
        pytest.param("-MASTERDOWN Link with MASTER is down", True, id="replica without master"),
        pytest.param("-ERR unknown command 'PING'", True, id="PING was renamed"),
        pytest.param("-DENIED Redis is running in protected mode", False, id="protected mode"),
        pytest.param("-ERR max number of clients reached", False, id="full"),
        pytest.param("HTTP/1.1 400 Bad Request", False, id="no Redis at all"),
    ],
)
def test_redis_is_alive_if_it_would_answer_its_clients(answer: str, alive: bool) -> None:  # noqa: FBT001 - a table
    question = check("redis")

    assert question
    assert question.steps[1].expect
    assert bool(re.match(question.steps[1].expect, answer)) is alive


def test_mysql_is_not_asked_since_it_bars_hosts_that_ask_without_a_password() -> None:
    assert check("mysql") is None


def test_unknown_protocol_is_refused() -> None:
    with pytest.raises(UserError, match="no protocol named 'smtp'"):
        check("smtp")
