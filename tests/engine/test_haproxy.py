"""The HAProxy of a process: what its labels say, with the addresses of this machine."""

from collections.abc import Callable

import pytest

from engine.process.haproxy import haproxy_cfg
from engine.variant import Variant
from faults import UserError
from lb.model import Address

BALANCER = """\
services:
  rng:
    image: haproxy
    labels:
      dcgen.role: balancer
      dcgen.service: rng
      dcgen.balances: rng1:80
      dcgen.options: OPTIONS
"""


def configured(found: Variant) -> str:
    replicas = {("rng1", 80): [("rng1", Address("127.0.0.1", 20001))]}
    binds = {80: "127.0.0.1:20000"}
    return haproxy_cfg(found.services["rng"], replicas, binds, "/run/rng.sock")


@pytest.mark.parametrize(
    ("options", "bind"),
    [
        pytest.param("stats=8404", "127.0.0.1:8404", id="loopback, unless an address is named"),
        pytest.param("stats=0.0.0.0:8404", "0.0.0.0:8404", id="as named"),
    ],
)
def test_statistics_are_where_the_options_say(
    options: str, bind: str, variant: Callable[[str], Variant]
) -> None:
    text = configured(variant(BALANCER.replace("OPTIONS", options)))

    assert f"frontend stats\n    mode http\n    bind {bind}\n" in text


def test_own_templates_make_it_and_are_refused_where_they_are_wrong(
    variant: Callable[[str], Variant],
) -> None:
    found = variant(BALANCER.replace("dcgen.options: OPTIONS", "dcgen.template: ./own"))
    template = found.services["rng"].folder / "own" / "global.j2"
    template.parent.mkdir()
    template.write_text('{% include "dcgen/global.j2" %}\n    tune.bufsize 32768\n')

    assert "    tune.bufsize 32768\n" in configured(found)
    template.write_text("global\n{{ nope }}\n")
    with pytest.raises(UserError, match="'nope' is undefined") as refusal:
        configured(found)
    assert str(refusal.value.where) == f"{template}:2"


def test_a_password_in_a_secret_needs_a_container(variant: Callable[[str], Variant]) -> None:
    found = variant(BALANCER.replace("OPTIONS", "stats=8404 stats-secret=pw"))

    with pytest.raises(UserError, match="a secret") as refusal:
        configured(found)

    assert refusal.value.fix == "run it with --engine docker"
