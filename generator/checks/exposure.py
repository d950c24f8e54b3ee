"""What keeps a service to those who may use it, once its port is published to other hosts.

Sources, read on 2026-11-25: the pages of the official images on Docker Hub (`postgres`, `mysql`,
`mariadb`, `redis`, `mongo`, `memcached`), and bitnami's for their `ALLOW_EMPTY_PASSWORD`.
"""

import re
from collections.abc import Iterator
from typing import Literal

from composefile.images import STATEFUL, short_name
from composefile.model import Model
from composefile.values import pairs, texts
from faults import UserError
from generator.result import Notice

Protection = Literal["password", "none", "unknown"]

# These do not start without a password, unless they are told to.
_ASK = frozenset(
    ("mariadb", "mysql", "percona", "pgvector", "postgis", "postgres", "postgresql", "timescaledb")
)
# These have none, unless they are given one.
_OPEN = frozenset(("dragonfly", "keydb", "memcached", "mongo", "redis", "redis-stack", "valkey"))

_WITHOUT = re.compile(r"ALLOW_EMPTY_(?:ROOT_)?PASSWORD")
_SECRET = re.compile(
    r"(?i)PASSWORD|SECRET|TOKEN|requirepass|--auth\b|--keyFile\b|MONGO_INITDB_ROOT"
)
_BY_FILE = re.compile(r"\.conf\b|\.ya?ml\b|aclfile")


def protection(model: Model, name: str) -> Protection:
    """Return what keeps service *name* to those who may use it, as far as its file says."""
    image = short_name(model.image(name))
    variables = {key: value or "" for key, value in pairs(model.get(name, "environment")).items()}
    if image in _ASK:
        trusted = variables.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
        empty = any(_WITHOUT.search(key) and value != "no" for key, value in variables.items())
        return "none" if trusted or empty else "password"
    said = [*variables, *texts(model.get(name, "command")), *texts(model.get(name, "entrypoint"))]
    said += [value for key, value in variables.items() if key.endswith(("_ARGS", "_FLAGS"))]
    if any(_SECRET.search(text) and not _WITHOUT.search(text) for text in said):
        return "password"
    hidden = model.get(name, "env_file") is not None or model.get(name, "build") is not None
    if image not in _OPEN or hidden or any(map(_BY_FILE.search, said)):
        return "unknown"
    return "none"


def require_protected(model: Model, name: str) -> None:
    """See that service *name* may be published on every address, which nobody asked for.

    Raises:
        UserError: It has no password.
    """
    if protection(model, name) == "none":
        raise UserError(
            f"{name!r} has no password, and would be published on every address of its host",
            fix="say where it may be reached: `--publish ADDRESS:PORT`,"
            " or `--publish PORT` for every address behind a firewall",
            where=model.where(name, "image"),
        )


def exposure_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice if service *name*, which other hosts can reach, may have no password."""
    found, image = protection(model, name), short_name(model.image(name))
    if found == "password" or image not in (STATEFUL | _OPEN):
        return
    known = "has no password" if found == "none" else "may have no password: none is in this file"
    yield Notice(
        f"{name!r} is published to other hosts, and {known}",
        model.where(name, "image"),
        fix="give it a password, or let a firewall admit only hosts that need it",
    )
