"""How an operator, and a container's own health check, reach an HAProxy process."""

from dataclasses import dataclass

SOCKET_PATH = "/tmp/haproxy.sock"  # noqa: S108 - in the container, where /tmp is nobody else's
PEERS_PATH = "/tmp/haproxy.peers"  # noqa: S108 - the same
HEALTH_PORT = 8405
HEALTH_PATH = "/healthz"


@dataclass(frozen=True, slots=True)
class Control:
    """How an operator reaches the process; None leaves that way out.

    Attributes:
        health_port: Loopback port that answers `HEALTH_PATH` with 200 while every pool has a
            server that is up, else 503; see `Proxy.optional`. It moves up past ports that are
            listened on.
        socket: Path of the runtime socket, in a directory that HAProxy may write.
        stats: Where the statistics page listens; else on the port of `Options.stats`, at every
            address of its container, of which that option publishes one.
        peers: Path of the socket by which a process that is reloaded tells the next one what it
            has learnt.
    """

    health_port: int | None = HEALTH_PORT
    socket: str | None = SOCKET_PATH
    stats: str | None = None
    peers: str | None = None


IN_CONTAINER = Control(peers=PEERS_PATH)
