"""On which kinds of addresses a real HAProxy listens."""

import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from lb.balancer import balancer
from lb.model import Control, Families, Options
from tests.lab.ports import free_port
from tests.lb.processes import needs, start_haproxy, start_replica, wait_for_runtime

pytestmark = needs("haproxy")

IPV4, IPV6 = "127.0.0.1", "::1"


def _has_ipv6() -> bool:
    try:
        socket.create_server((IPV6, 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=60).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize(
    ("families", "hosts"),
    [
        pytest.param("ipv4", [IPV4], id="IPv4 alone, unless a network has IPv6"),
        pytest.param("both", [IPV4, IPV6], id="both"),
        pytest.param("ipv6", [IPV4, IPV6], id="IPv6, and what loopback has besides"),
    ],
)
def test_haproxy_and_its_page_are_reached_by(
    families: Families, hosts: list[str], tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        address, _ = start_replica("rng1", cleanup)
        port, page = free_port(), free_port()
        control = Control(health_port=None, socket=str(tmp_path / "admin"))
        made = balancer(
            "rng",
            {80: [address]},
            options=Options(stats=str(page)),
            names="hosts",
            binds={80: f":{port}"},
            control=control,
        )
        start_haproxy(replace(made, families=families), tmp_path, cleanup, fds=[])
        wait_for_runtime(tmp_path / "admin")  # it is served when all is bound

        for number in (port, page):
            assert [host for host in (IPV4, IPV6) if _answers(host, number)] == hosts
