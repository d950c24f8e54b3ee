"""A network with IPv6: HAProxy is reached at its IPv6 address, and finds its replicas."""

from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, Running, made
from tests.e2e.sources import repetition
from tests.lab.lab import LOCAL, TODAY
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

BOTH = "    enable_ipv6: true\n"
ALONE = f"    enable_ipv4: false\n{BOTH}"
SUBNET = "        - subnet: 172.31.250.0/24\n"
# Prints an answer of HAProxy at address $1.
GET = r'exec 3<>"/dev/tcp/$1/8080"; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3'


def _source(families: str) -> str:
    kept = "" if families == ALONE else SUBNET
    text = TINY.replace(SUBNET, f"{kept}        - subnet: fd00:dc::/64\n")
    return text.replace("bind :8080", "bind :::8080 v4v6").replace(
        "  default:\n", f"  default:\n{families}"
    )


@pytest.mark.parametrize(
    ("host", "families", "how"),
    [
        pytest.param(LOCAL, BOTH, "--static", id="both on engine-20"),
        pytest.param(TODAY, BOTH, "--dynamic", id="both on engine-of-today", marks=repetition),
        pytest.param(TODAY, ALONE, "--static", id="IPv6 alone, static, of today", marks=repetition),
        pytest.param(TODAY, ALONE, "--dynamic", id="IPv6 alone, dynamic, on engine-of-today"),
    ],
)
def test_balancer_is_reached_by_ipv6(
    new_project: NewProject, host: str, families: str, how: str, tmp_path: Path
) -> None:
    file = made(tmp_path / "generated.yml", _source(families), "scale", "web", "2", how)
    one = Running(new_project(host, file))
    one.up()
    until(lambda: len(one.serving()) == 2, "both replicas serve")
    engine, balancer = one.project.engine, one.project.ids()["web-1"]
    form = "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}"
    address = engine.docker("inspect --format", form, balancer).strip()

    network = f"{one.project.name}_default"
    words = f"run --rm --network {network} haproxy:3.0 bash -c"
    answer = engine.docker(words, GET, "bash", address)

    replicas = {c.id[:12] for c in one.project.containers() if c.service != "web"}
    assert answer.split()[-1] in replicas
