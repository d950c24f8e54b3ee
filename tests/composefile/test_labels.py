"""What a service is stands in its labels: written and read in one place."""

from pathlib import Path

import pytest

from composefile.document import load
from composefile.labels import Identity
from composefile.model import Model
from composefile.project import Project
from engine.variant import parse
from faults import UserError

WRITTEN = [
    pytest.param(
        Identity(role="replica", service="rng"),
        {"dcgen.role": "replica", "dcgen.service": "rng"},
        id="a replica",
    ),
    pytest.param(
        Identity(
            role="balancer",
            service="rng",
            balances=(("rng1", 80), ("rng2", 80), ("rng1", 81)),
            options="mode=http balance=first",
            slots=64,
        ),
        {
            "dcgen.role": "balancer",
            "dcgen.service": "rng",
            "dcgen.balances": "rng1:80 rng2:80 rng1:81",
            "dcgen.slots": "64",
            "dcgen.options": "mode=http balance=first",
        },
        id="a balancer",
    ),
    pytest.param(
        Identity(
            role="ambassador",
            service="redis",
            upstream="a:6379,[::1]:6380",
            ports=(6379, 6380),
            access="tls=yes",
            template="../own",
        ),
        {
            "dcgen.role": "ambassador",
            "dcgen.service": "redis",
            "dcgen.upstream": "a:6379,[::1]:6380",
            "dcgen.ports": "6379 6380",
            "dcgen.access": "tls=yes",
            "dcgen.template": "../own",
        },
        id="an ambassador",
    ),
    pytest.param(Identity(), {}, id="a service that dcgen did not make"),
]


@pytest.mark.parametrize(("identity", "labels"), WRITTEN)
def test_what_is_written_is_what_is_read(identity: Identity, labels: dict[str, str]) -> None:
    assert list(identity.entries().items()) == list(labels.items())
    assert Identity.read({**labels, "com.example": "x", "bare": None}) == identity


@pytest.mark.parametrize(
    "form",
    [
        "{dcgen.role: balancer, dcgen.balances: 'a:80 b:80 a:81'}",
        "[dcgen.role=balancer, 'dcgen.balances=a:80 b:80 a:81']",
    ],
)
def test_generator_and_engine_read_the_same(form: str) -> None:
    text = f"services:\n  web: {{image: x, labels: {form}}}\n"
    read = Model(load(text, "c.yml"), Project()).identity("web")

    assert read == parse(text, Path("c.yml")).services["web"].identity
    assert (read.is_proxy, read.is_dynamic) == (True, False)
    assert (read.replicas, read.listens) == (["a", "b"], [80, 81])


@pytest.mark.parametrize("label", ["balances: 'a:x'", "ports: http", "slots: -1"])
def test_a_label_that_does_not_read_is_refused_with_its_line(label: str) -> None:
    text = f"services:\n  web:\n    image: x\n    labels: {{dcgen.{label}}}\n"
    message = r"^c.yml:4: the label `dcgen\.\w+` has '[^']*', which is not a number"

    with pytest.raises(UserError, match=message):
        _ = parse(text, Path("c.yml")).services["web"].identity
