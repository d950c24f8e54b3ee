"""A port that is declared where nobody listens: the container is healthy without it.

MariaDB's 33060, nginx's 443, a debugger's: a pool counts once a health check of it has succeeded.
The first one counts always, for without it the container would be healthy before its service is.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from ambassador.ambassador import ambassador
from lb.balancer import balancer
from lb.model import Address, Configuration, Control, Options
from lb.render import render
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    get,
    listener,
    needs,
    runtime,
    start_haproxy,
    start_replica,
    wait_for_runtime,
)

pytestmark = needs("haproxy")

Made = Callable[[Mapping[int, Sequence[Address]], Mapping[int, str], Control], Configuration]


def _balancer(words: str, slots: int = 0) -> Made:
    return lambda servers, binds, control: balancer(
        "db",
        servers,
        options=Options.parse(words),
        names="dns" if slots else "hosts",
        binds=binds,
        control=control,
        slots=slots,
    )


def _ambassador(
    routes: Mapping[int, Sequence[Address]], binds: Mapping[int, str], control: Control
) -> Configuration:
    return ambassador("db", routes, protocol="tcp", names="hosts", binds=binds, control=control)


kinds = pytest.mark.parametrize(
    "make",
    [
        pytest.param(_balancer(""), id="tcp"),
        pytest.param(_balancer("mode=http health-path=/"), id="asked by HTTP"),
        pytest.param(_balancer("health-path=/ health-port=7000"), id="the first asked by HTTP"),
        pytest.param(_balancer("", slots=2), id="dynamic"),
        pytest.param(_ambassador, id="ambassador"),
    ],
)


class Two:
    """A HAProxy that listens on 7000 and 7001, and where a server of each would be."""

    def __init__(self, make: Made, folder: Path, cleanup: ExitStack) -> None:
        self.cleanup, self.admin, self.port = cleanup, folder / "admin", free_port()
        self.places = {7000: free_port(), 7001: free_port()}
        sockets = {port: listener(cleanup) for port in self.places}
        configuration = make(
            {port: [Address("localhost", place)] for port, place in self.places.items()},
            {port: bind(found) for port, found in sockets.items()},
            Control(health_port=self.port, socket=str(self.admin)),
        )
        fds = [found.fileno() for found in sockets.values()]
        # No nameserver is here: what Docker's would say of a dynamic balancer's replicas, the
        # system says at the start.
        text = render(configuration).replace("init-addr none resolvers docker", "init-addr libc")
        start_haproxy(text, folder, cleanup, fds=fds)

    def serve(self, port: int) -> None:
        _, self.process = start_replica("db", self.cleanup, self.places[port])

    def await_health(self, status: int) -> None:
        until(lambda: get(self.port, "/healthz")[0] == status, f"health is {status}")

    def await_down(self, port: int) -> None:
        """Wait until no server of *port* is up: the first check finds that nobody listens."""
        until(lambda: not self.is_up(port), f"nobody serves {port}")

    def await_up(self, port: int) -> None:
        until(lambda: self.is_up(port), f"somebody serves {port}")

    def is_up(self, port: int) -> bool:
        rows = runtime(self.admin, "show stat").splitlines()
        mine = [row.split(",") for row in rows if row.startswith(f"db-{port},BACKEND,")]
        return [row[17] for row in mine] == ["UP"]


@pytest.fixture
def two(make: Made, tmp_path: Path, cleanup: ExitStack) -> Two:
    started = Two(make, tmp_path, cleanup)
    wait_for_runtime(started.admin)
    started.await_down(7000)
    started.await_down(7001)
    return started


@kinds
def test_port_that_nobody_ever_served_does_not_count(two: Two) -> None:
    two.serve(7000)
    two.await_up(7000)

    two.await_health(200)
    assert not two.is_up(7001)


@kinds
def test_port_that_was_served_counts_from_then_on(two: Two) -> None:
    two.serve(7000)
    two.serve(7001)
    two.await_up(7001)
    two.await_health(200)

    two.process.kill()

    two.await_down(7001)
    two.await_health(503)


@kinds
def test_first_port_counts_although_it_was_never_served(two: Two) -> None:
    two.serve(7001)
    two.await_up(7001)

    two.await_health(503)
    two.serve(7000)
    two.await_health(200)
