"""HAProxy's own verdict, in HAProxy's own words."""

import pytest

from faults import HostError, UserError
from lb import programs
from lb.balancer import balancer
from lb.check import check
from lb.model import Address
from lb.render import render
from tests.lb.processes import needs


@needs("haproxy")
def test_name_that_resolves_elsewhere_only_is_accepted() -> None:
    check(render(balancer("rng", {80: [Address("nowhere.invalid", 80)]}, names="hosts")))


@needs("haproxy")
def test_refusal_quotes_haproxy_and_the_line() -> None:
    with pytest.raises(UserError, match=r"\[haproxy.cfg:2\].*'colour'"):
        check("global\n    colour red\n")


def test_missing_haproxy_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "PLACES", ())

    with pytest.raises(HostError, match="no 'haproxy' on this machine"):
        check("")
