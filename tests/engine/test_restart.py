"""A process is started again as Compose's restart policy says."""

from collections.abc import Callable

import pytest

from engine.process.process import Restart, delay_s
from engine.process.restart import restart
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
            Restart("always"),
            id="deploy; only on-failure has a limit",
        ),
        pytest.param(
            "{image: x, restart: always, deploy: {restart_policy: {condition: on-failure}}}",
            Restart("on-failure"),
            id="deploy before restart, as Compose",
        ),
        pytest.param("{image: x, restart: on-failure:0}", Restart("on-failure"), id="0 is endless"),
    ],
)
def test_the_policy_is_read(
    body: str, expected: Restart, service: Callable[[str], Service]
) -> None:
    assert restart(service(body)) == expected


@pytest.mark.parametrize("policy", ["often", "always:3", "on-failure:x", "on-failure:²", "[1]"])
def test_an_unknown_policy_is_refused(policy: str, service: Callable[[str], Service]) -> None:
    with pytest.raises(UserError, match=r"compose.yml:2: service 'app' has restart '"):
        restart(service(f"{{image: x, restart: {policy}}}"))


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


def test_delays_double_up_to_a_minute() -> None:
    assert [delay_s(n) for n in (0, 1, 2, 20)] == [0.1, 0.2, 0.4, 60.0]
