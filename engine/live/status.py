"""How the balancers and ambassadors of a variant are, as values for people and programs."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.hosts import Host
from engine.live.running import Live, servers


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One server of a balancer or an ambassador.

    Attributes:
        name: What a person calls it: ``rng2``, ``rng-replicas-3``.
        slot: Its name in HAProxy's configuration.
        pool: The service and the port that it serves: ``rng-80``.
        address: Where it is; empty while that is unknown.
        status: ``UP``, ``DOWN``, ``DRAIN`` or ``MAINT``.
        check: What the last health check found.
        sessions: Connections or requests that it works on.
        queue: Those that wait for it.
        total: Those that it was given since HAProxy started.
        latency_ms: Mean time of the last 1024 of them.
    """

    name: str
    slot: str
    pool: str
    address: str
    status: str
    check: str
    sessions: int
    queue: int
    total: int
    latency_ms: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """One balancer or ambassador: *slots* is 0 unless DNS says who its servers are."""

    host: Host
    service: str
    role: str
    slots: int
    servers: tuple[ServerStatus, ...]


def status(lives: Iterable[Live]) -> list[Status]:
    """Return how each of *lives* is.

    Raises:
        HostError: One does not answer.
    """
    return [
        Status(
            host=live.host,
            service=live.service.name,
            role=live.identity.role,
            slots=live.identity.slots if live.dynamic else 0,
            servers=tuple(
                ServerStatus(
                    name=server.name,
                    slot=server.row.server,
                    pool=server.row.backend,
                    address=server.row.address,
                    status=server.row.status,
                    check=server.row.check,
                    sessions=server.row.sessions,
                    queue=server.row.queue,
                    total=server.row.total,
                    latency_ms=server.row.latency_ms,
                )
                for server in servers(live)
            ),
        )
        for live in lives
    ]
