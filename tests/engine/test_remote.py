"""What may not be taken to a Docker host that is another machine."""

from pathlib import Path

import pytest

from engine.docker.portable import require_portable
from engine.hosts import Host
from engine.variant import Variant, parse
from faults import UserError

REMOTE = "tcp://192.0.2.7:2375"


def variant(volumes: str, role: str = "balancer") -> Variant:
    text = f"""
services:
  rng:
    image: haproxy:3.0
    volumes: [{volumes}]
    labels: {{dcgen.role: {role}}}
"""
    return parse(text, Path("generated.yml"))


MOUNTED = variant('"./rng.haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"')


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        pytest.param(MOUNTED, (None,), id="this machine"),
        pytest.param(MOUNTED, ("unix:///run/docker.sock",), id="a socket of this machine"),
        pytest.param(variant(""), (REMOTE,), id="nothing mounted"),
        pytest.param(variant('"data:/data"'), (REMOTE,), id="a volume of the host's own"),
    ],
)
def test_variant_may_go(
    given: Variant, hosts: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)

    require_portable([given], [*map(Host, hosts)])


@pytest.mark.parametrize(
    ("hosts", "variable"),
    [
        pytest.param((REMOTE,), "", id="named by an option"),
        pytest.param(("unix:///run/docker.sock", "ssh://node2"), "", id="one of several"),
        pytest.param((None,), REMOTE, id="named by DOCKER_HOST"),
    ],
)
def test_mounted_configuration_is_refused_for_a_remote_host(
    hosts: tuple[str | None, ...], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", variable)

    with pytest.raises(UserError, match="of this machine") as refusal:
        require_portable([MOUNTED], [*map(Host, hosts)])

    assert str(refusal.value.where) == "generated.yml:5"
