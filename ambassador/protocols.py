"""The health question of each protocol: what proves that the far end is alive."""

from typing import Literal, get_args

from dcgen.errors import UserError
from lb.model import Check, Step

Protocol = Literal["redis", "postgres", "mysql", "tcp"]

_PORTS: dict[int, Protocol] = {6379: "redis", 5432: "postgres", 3306: "mysql"}
_IMAGES: dict[str, Protocol] = {
    "redis": "redis",
    "valkey": "redis",
    "keydb": "redis",
    "postgres": "postgres",
    "postgis": "postgres",
    "postgresql": "postgres",
    "timescaledb": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "percona": "mysql",
}

# A Redis that answers is alive, whatever it thinks of the question. Its clients see the same
# answer and know better than a proxy what to do about it. Not alive for us: "-DENIED" (protected
# mode) and "-ERR max number of clients", for then it serves nobody who comes from here.
_REDIS = r"^([+]PONG|-NOAUTH|-NOPERM|-LOADING|-BUSY|-MASTERDOWN|-ERR unknown|-ERR operation not)"

# "May we speak GSSAPI?" (GSSENCRequest, since PostgreSQL 12) needs no user and no password. Each
# answer, even an error, is PostgreSQL's. "May we speak TLS?" would be a line in its log each time.
_POSTGRES = bytes.fromhex("0000000804d21630")

_STEPS: dict[str, tuple[Step, ...]] = {
    "redis": (Step(send="PING\r\n"), Step(expect=_REDIS, at_least=7)),
    "postgres": (Step(send=_POSTGRES), Step(expect="^[GNE]")),
    "tcp": (),
}


def guess(port: int, image: str | None = None) -> Protocol:
    """Return the protocol that *image* speaks if it is well known, else that of the *port*."""
    if image:
        repository = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if repository in _IMAGES:
            return _IMAGES[repository]
    return _PORTS.get(port, "tcp")


def check(protocol: str) -> Check | None:
    """Return the health question of *protocol*; None if none can be asked without harm.

    Raises:
        UserError: *protocol* is not one of `Protocol`.
    """
    if protocol not in get_args(Protocol):
        raise UserError(
            f"no protocol named '{protocol}'", fix=f"use one of {', '.join(get_args(Protocol))}"
        )
    # MySQL counts each connection without a handshake as an attack, and bars the host at 100.
    return None if protocol == "mysql" else Check(steps=_STEPS[protocol], every_s=2)
