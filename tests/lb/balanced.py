"""Three replicas behind a running HAProxy."""

import csv
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from lb.balancer import balancer
from lb.model import Configuration, Control, Options
from tests.lab.ports import free_port
from tests.lb.processes import (
    bind,
    listener,
    runtime,
    start_haproxy,
    start_replica,
    wait_for_status,
)

Tune = Callable[[Configuration], Configuration]


class Balanced:
    """Three replicas behind a running HAProxy, reached at *port*."""

    def __init__(
        self,
        folder: Path,
        cleanup: ExitStack,
        options: Options,
        tune: Tune = lambda configuration: configuration,
    ) -> None:
        self.socket = folder / "admin"
        self.folder, self.cleanup = folder, cleanup
        started = [start_replica(f"rng{n}", cleanup, free_port()) for n in (1, 2, 3)]
        self.addresses = [address for address, _ in started]
        self.replicas = [process for _, process in started]
        listening = listener(cleanup)
        self.port = int(listening.getsockname()[1])
        configuration = balancer(
            "rng",
            {80: self.addresses},
            options=options,
            names="hosts",
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=str(self.socket)),
        )
        self.haproxy = start_haproxy(tune(configuration), folder, cleanup, fds=[listening.fileno()])

    def wait(self, replica: int, status: str, check: str = "") -> None:
        suffix = "" if replica == 0 else f"-{replica + 1}"
        wait_for_status(self.socket, f"rng-80,127.0.0.1{suffix}", status, check)

    def sessions(self) -> list[int]:
        """Return how many connections each of the servers has."""
        lines = runtime(self.socket, "show stat").removeprefix("# ").splitlines()
        rows = csv.DictReader(lines)
        return [int(row["scur"] or 0) for row in rows if row["svname"].startswith("127.")]
