"""A process is started again as Compose's restart policy says."""

from collections.abc import Callable

import pytest

from engine.process.restart import Restart, delay_s, restart
from engine.variant import Service
from faults import UserError


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("{image: x}", Restart("no"), id="none said"),
        pytest.param("{image: x, restart: no}", Restart("no"), id="no, which YAML 1.1 reads false"),
        pytest.param('{image: x, restart: "always"}', Restart("always"), id="always"),
        pytest.param("{image: x, restart: on-failure:3}", Restart("on-failure", 3), id="limited"),
        pytest.param(
            "{image: x, deploy: {restart_policy: {condition: any, max_attempts: 2}}}",
            Restart("always", 2),
            id="deploy",
        ),
    ],
)
def test_the_policy_is_read(
    body: str, expected: Restart, service: Callable[[str], Service]
) -> None:
    assert restart(service(body)) == expected


def test_an_unknown_policy_is_refused(service: Callable[[str], Service]) -> None:
    with pytest.raises(UserError, match=r"compose.yml:2: service 'app' has restart 'often'"):
        restart(service("{image: x, restart: often}"))


@pytest.mark.parametrize(
    ("policy", "code", "restarts", "expected"),
    [
        pytest.param(Restart("no"), 1, 0, False, id="no"),
        pytest.param(Restart("always"), 0, 99, True, id="always, also after success"),
        pytest.param(Restart("unless-stopped"), 1, 99, True, id="unless stopped"),
        pytest.param(Restart("on-failure"), 0, 0, False, id="success is no failure"),
        pytest.param(Restart("on-failure", 2), 1, 1, True, id="below the limit"),
        pytest.param(Restart("on-failure", 2), 1, 2, False, id="at the limit"),
    ],
)
def test_a_policy_decides_by_code_and_number(
    policy: Restart, code: int, restarts: int, *, expected: bool
) -> None:
    assert policy.again(code, restarts) is expected


def test_delays_double_up_to_ten_seconds() -> None:
    assert [delay_s(n) for n in (0, 1, 2, 20)] == [0.1, 0.2, 0.4, 10.0]
