"""The health question of each protocol: what proves that the far end is alive."""

from typing import Literal, get_args

from ambassador import roles
from faults import UserError
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

# Of several upstreams, only a master may serve. Who may not ask for the role sees what is there.
# The answer is conclusive as soon as the role can be in it: waiting for more would take seconds.
_REDIS_MASTER = r"role:master|^(-NOAUTH|-NOPERM)"
_ROLE_BYTES = 32  # "$123", "# Replication", "role:master", with their line ends

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


def check(
    protocol: str, *, several: bool = False, user: str | None = None, variable: str | None = None
) -> Check | None:
    """Return the health question of *protocol*; None if none can be asked without harm.

    Args:
        protocol: One of `Protocol`.
        several: Whether there is a choice of upstreams: only a primary may serve then, if it can
            be asked.
        user: Who asks.
        variable: The environment variable with the password of the one who asks.

    Raises:
        UserError: *protocol* is not one of `Protocol`, or takes no user or no password.
    """
    if protocol not in get_args(Protocol):
        raise UserError(
            f"no protocol named '{protocol}'", fix=f"use one of {', '.join(get_args(Protocol))}"
        )
    if variable and protocol != "redis":
        raise UserError(
            f"the health check of {protocol} takes no password",
            fix="leave out `--auth-env` and `--auth-secret`: clients send their own password",
        )
    if protocol == "redis":
        return _redis(several=several, user=user, variable=variable)
    if protocol == "mysql":
        return _mysql(several=several, user=user)
    if protocol == "postgres" and user:
        return Check(steps=roles.postgres(user, primary=several), every_s=2)
    if user:
        raise UserError(f"the {protocol} health check needs no user", fix="leave out `--auth-user`")
    return Check(steps=_STEPS[protocol], every_s=2)


def _auth(user: str | None) -> str:
    """Return Redis' AUTH with each argument behind its length: no byte of a password is special.

    Source: Redis serialization protocol specification, "Sending commands to a Redis server".
    """
    known = [f"${len(word)}\r\n{word}\r\n" for word in ("AUTH", user) if word]
    return f"*{len(known) + 1}\r\n{''.join(known)}${{length}}\r\n{{}}\r\n"


def tells_role(protocol: str, *, user: str | None = None) -> bool:
    """Tell whether `check` of several upstreams finds out which of them is the primary."""
    return protocol == "redis" or (protocol in ("postgres", "mysql") and user is not None)


def _mysql(*, several: bool, user: str | None) -> Check | None:
    if not several:
        # There is no other upstream, and whoever asks without a user leaves something in its log.
        return Check(mysql_user=user, every_s=2) if user else None
    if user:
        return Check(steps=roles.mysql(user), every_s=2)
    return Check(steps=roles.mysql_greeting(), every_s=10, doubtful_s=1, down_s=1, fall=2)


def _redis(*, several: bool, user: str | None, variable: str | None) -> Check:
    if user and not variable:
        raise UserError(
            f"user '{user}' has no password",
            fix="name a variable with `--auth-env`, or a secret with `--auth-secret`",
        )
    steps: tuple[Step, ...] = ()
    if variable:
        steps = (Step(send=_auth(user), variable=variable), Step(expect="^[+]OK", at_least=3))
    if not several:
        return Check(steps=steps + _STEPS["redis"], every_s=2)
    role = (
        Step(send="INFO replication\r\n"),
        Step(expect=_REDIS_MASTER, at_least=_ROLE_BYTES),
    )
    return Check(steps=steps + role, every_s=1, fall=2)
