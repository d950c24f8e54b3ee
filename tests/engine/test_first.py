"""Which services of a variant are started once and alone, before their other replicas."""

from collections.abc import Callable, Mapping

import pytest

from engine.live.first import Alone, alone
from engine.variant import Variant
from faults import UserError

MIGRATES = "command: sh -c 'manage migrate && serve'"
BALANCER = "image: haproxy:3.0, labels: {dcgen.role: balancer, dcgen.service: web, dcgen.balances: "
STATIC = f"""\
services:
  web: {{{BALANCER}'web1:80 web2:80'}}}}
  web1: {{image: app, {MIGRATES}}}
  web2: {{image: app, {MIGRATES}}}
"""
DYNAMIC = f"""\
services:
  web: {{{BALANCER}'web-replicas:80', dcgen.slots: '64'}}}}
  web-replicas: {{image: app, {MIGRATES}, deploy: {{replicas: 3}}}}
"""
CHECK = "healthcheck: {test: look}"
WORKERS = f"services:\n  worker: {{image: app, {MIGRATES}, {CHECK}, deploy: {{replicas: 2}}}}\n"


@pytest.mark.parametrize(
    ("text", "group"),
    [
        pytest.param(STATIC, Alone(("web1", "web2"), "migrate", (80,), "haproxy:3.0"), id="static"),
        pytest.param(
            DYNAMIC, Alone(("web-replicas",), "migrate", (80,), "haproxy:3.0"), id="dynamic"
        ),
        pytest.param(WORKERS, Alone(("worker",), "migrate"), id="without a balancer"),
    ],
)
def test_replicas_that_prepare_something_are_not_started_at_once(
    variant: Callable[[str], Variant], text: str, group: Alone
) -> None:
    assert alone(variant(text), {}) == [group]


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        pytest.param(STATIC.replace("migrate &&", "look &&"), {}, id="they prepare nothing"),
        pytest.param(DYNAMIC, {"web-replicas": 1}, id="there is but one"),
        pytest.param(WORKERS, {"worker": 0}, id="there is none"),
        pytest.param(WORKERS.replace("2}", "1}"), {}, id="the file has but one"),
        pytest.param(WORKERS.replace(CHECK, "expose: ['80']"), {}, id="nothing tells when"),
    ],
)
def test_others_are(variant: Callable[[str], Variant], text: str, scale: Mapping[str, int]) -> None:
    assert alone(variant(text), scale) == []


def test_one_is_enough_where_others_run_on_other_hosts(
    variant: Callable[[str], Variant],
) -> None:
    assert alone(variant(DYNAMIC), {"web-replicas": 1}, least=1)
    assert not alone(variant(DYNAMIC), {"web-replicas": 0}, least=1)


def test_service_to_scale_must_be_there(variant: Callable[[str], Variant]) -> None:
    with pytest.raises(UserError, match="no service named 'wbe' to scale"):
        alone(variant(DYNAMIC), {"wbe": 2})
