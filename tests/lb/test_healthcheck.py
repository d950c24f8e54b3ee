"""The health check of a container, run against a real health frontend."""

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb import healthcheck
from lb.balancer import balancer
from lb.model import Control
from tests.lab.ports import free_port
from tests.lb.processes import (
    bind,
    listener,
    needs,
    start_haproxy,
    start_replica,
    wait_for_status,
)

IMAGES = [
    pytest.param("haproxy:3.0", id="official"),
    pytest.param("mirror.example:5000/library/haproxy:3.0@sha256:0", id="official, from a mirror"),
    pytest.param("haproxy:3.0-alpine", id="alpine"),
    pytest.param("mirror.example/proxy", id="unknown"),
]


def command(test: list[str]) -> list[str]:
    return ["sh", "-c", *test[1:]] if test[0] == "CMD-SHELL" else test[1:]


@needs("haproxy")
@pytest.mark.parametrize("image", IMAGES)
def test_container_is_well_as_long_as_each_pool_has_a_server(image: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        address, replica = start_replica("rng1", cleanup)
        listening = listener(cleanup)
        port, admin = free_port(), tmp_path / "admin"
        configuration = balancer(
            "rng",
            {80: [address]},
            binds={80: bind(listening)},
            control=Control(health_port=port, socket=str(admin)),
        )
        ask = command(healthcheck.test(image, port))
        if not shutil.which(ask[0]):
            pytest.skip(f"no {ask[0]} on PATH")
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno()])
        wait_for_status(admin, "rng-80,127.0.0.1", "UP")
        well = subprocess.run(ask, timeout=60, check=False).returncode

        replica.kill()
        wait_for_status(admin, "rng-80,127.0.0.1", "DOWN")

        assert well == 0
        assert subprocess.run(ask, timeout=60, check=False, capture_output=True).returncode != 0


@pytest.mark.parametrize("image", IMAGES)
def test_nobody_listening_is_not_well(image: str) -> None:
    ask = command(healthcheck.test(image, free_port()))
    if not shutil.which(ask[0]):
        pytest.skip(f"no {ask[0]} on PATH")

    assert subprocess.run(ask, timeout=60, check=False, capture_output=True).returncode != 0


@pytest.mark.parametrize("image", IMAGES)
def test_no_dollar_needs_doubling_in_a_compose_file(image: str) -> None:
    assert "$" not in "".join(healthcheck.test(image))


def test_alpine_is_not_asked_for_bash() -> None:
    assert " ".join(healthcheck.test("haproxy:lts-alpine")) == (
        "CMD wget -q -O /dev/null http://127.0.0.1:8405/healthz"
    )
