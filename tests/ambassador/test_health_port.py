"""The port of an upstream's host that its health is asked on, if it is not the one that serves."""

import pytest

from ambassador.access import Access
from ambassador.ambassador import ambassador
from ambassador.protocols import check
from lb.model import Address, Check, Options


def _asked(port: int, options: Options, access: Access = Access()) -> Check | None:  # noqa: B008 - frozen
    made = ambassador("db", {port: [Address("a", port)]}, options=options, access=access)
    return made.proxies[0].check


@pytest.mark.parametrize(
    ("port", "protocol"),
    [
        pytest.param(8080, "tcp", id="a connection"),
        pytest.param(6379, "redis", id="PING"),
        pytest.param(5432, "postgres", id="the question of PostgreSQL"),
    ],
)
def test_the_question_of_the_protocol_is_asked_there(port: int, protocol: str) -> None:
    question = _asked(port, Options(health_port=81))

    usual = check(protocol)
    assert question
    assert usual
    assert (question.port, question.steps) == (81, usual.steps)


def test_mysql_without_a_user_is_asked_elsewhere_alone() -> None:
    question = _asked(3306, Options(health_port=81))

    assert question
    assert (question.port, question.http_path, question.mysql_user) == (81, None, None)
    # Whoever opens a connection there and says nothing is locked out in the end.
    assert _asked(3306, Options(health_port=3306)) is None


def test_the_port_that_serves_is_asked_as_it_serves() -> None:
    options = Options(health_path="/ok", health_port=443)

    question = _asked(443, options, Access(tls=True))

    assert question
    assert question.port is None  # HAProxy would speak no TLS to a port that is named
