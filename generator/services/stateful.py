"""What a service that keeps data needs to run alone elsewhere: a volume with a name, a password.

    before:   image: redis                      after:   command: … redis-server - --appendonly yes
                                                         volumes: [redis-data:/data]
                                                         secrets: [redis_password]

The password comes from a Compose secret that Compose takes from its environment: it copies that
into the container, on another host too, where it cannot mount a file of this one. It is in no
Compose file, in no command line, and not among the variables that `docker inspect` shows.

Sources: Compose Specification, "secrets" (`environment`); Docker Hub, the pages of the official
images `postgres`, `mysql`, `mariadb` ("Docker Secrets"); Redis, "Configuration" (`redis-server -`).
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from composefile.document import own
from composefile.images import short_name
from composefile.model import Model
from composefile.nameless import nameless_volumes
from composefile.values import Value, assignments, words
from faults import UserError
from generator.checks.exposure import protection
from generator.editing.emit import Emitted, Quoted, Verbatim, flow
from generator.editing.rewrite import quoted
from generator.services.papers import secret_name

SECRETS = "/run/secrets"
_SERVERS = {"redis": "redis-server", "valkey": "valkey-server"}
_BY_FILE = {
    "postgres": "POSTGRES_PASSWORD_FILE",
    "postgis": "POSTGRES_PASSWORD_FILE",
    "pgvector": "POSTGRES_PASSWORD_FILE",
    "timescaledb": "POSTGRES_PASSWORD_FILE",
    "mysql": "MYSQL_ROOT_PASSWORD_FILE",
    "percona": "MYSQL_ROOT_PASSWORD_FILE",
    "mariadb": "MARIADB_ROOT_PASSWORD_FILE",
}
_PASSWORD = re.compile(r"(?:POSTGRES|MYSQL_ROOT|MARIADB_ROOT|MYSQL|MARIADB)_.*PASSWORD")


@dataclass(frozen=True, slots=True)
class Stateful:
    """What is changed of a service, and what goes with it to the top level of its file.

    Attributes:
        keys: The keys of the service, with their new values.
        secret: The secret with its password; empty if dcgen gives it none.
        volumes: The volumes that the file has to declare.
    """

    keys: Mapping[str, Emitted] = field(default_factory=dict)
    secret: str = ""
    volumes: tuple[str, ...] = ()


def stateful(model: Model, name: str, *, password: bool) -> Stateful:
    """Return what service *name* needs to keep its data, and with *password* a password.

    One that has a password in its file keeps it, for its clients know that one.

    Raises:
        UserError: The file has no room for a secret, or dcgen cannot tell how a password is given
            to the service.
    """
    document = model.document
    if document.v1:
        raise UserError(
            "a file without `services:` knows no secrets",
            fix="write it in the form that Compose 2 reads, with `services:`",
            where=model.where(name),
        )
    keys, volumes = _with_volumes(model, name)
    secret = secret_name(name) if password and not _has_password(model, name) else ""
    image = short_name(model.image(name))
    if image in _SERVERS:
        keys["command"] = _redis_command(model, name, _SERVERS[image], secret)
    elif secret:
        keys["environment"] = _by_file(model, name, image, secret)
    if secret:
        keys["secrets"] = [*_listed(model.get(name, "secrets")), secret]
    return Stateful(keys, secret, volumes)


def _has_password(model: Model, name: str) -> bool:
    if short_name(model.image(name)) in _BY_FILE:
        variables = assignments(model.get(name, "environment"))
        given = [key for key in variables if _PASSWORD.match(key) and "EMPTY" not in key]
        return bool(given) or model.get(name, "env_file") is not None
    return protection(model, name) == "password"


def _with_volumes(model: Model, name: str) -> tuple[dict[str, Emitted], tuple[str, ...]]:
    """Return `volumes` in which each has a name, and the new names."""
    paths = nameless_volumes(model, name)
    if not paths:
        return {}, ()
    declared = model.document.section("volumes")
    found: dict[str, str] = {}
    for path in paths:
        new = f"{name}-data" if not found else f"{name}-{path.strip('/').replace('/', '-')}"
        while own(declared, new) is not None or new in found:
            new += "-2"
        found[new] = path
    value = model.get(name, "volumes")
    kept = [one for one in value if one not in paths] if isinstance(value, list) else []
    listed = [*_listed(kept), *(f"{new}:{path}" for new, path in found.items())]
    return {"volumes": listed}, tuple(found)


def _redis_command(model: Model, name: str, server: str, secret: str) -> Emitted:
    """Return the command that starts *server* with an append-only file, and its own options.

    Of two values of an option Redis takes the last: what the application chose stays.
    """
    value = model.get(name, "command")
    own_words = shlex.split(value) if isinstance(value, str) else words(value)
    if own_words[:1] == [server]:
        own_words = own_words[1:]
    entrypoint = model.get(name, "entrypoint") is not None
    if entrypoint or (own_words and not own_words[0].startswith("--")):
        key = "entrypoint" if entrypoint else "command"
        raise UserError(
            f"cannot tell how {name!r} starts {server}, so its data and password cannot be added",
            fix=f"write `command: {server} --OPTION VALUE …` without a file, or use"
            " `--publish` without `--host` and `--password`",
            where=model.where(name, key),
        )
    if not secret:
        return Verbatim(flow([server, "--appendonly", "yes", *own_words]))
    # The configuration on standard input is in no command line; nor in a file.
    script = (
        f'p="$$(cat {SECRETS}/{secret})" && [ -n "$$p" ] && exec docker-entrypoint.sh "$$@"'
        ' <<END\nrequirepass "$$p"\nEND\n'
    )
    started = ["sh", "-c", script, "sh", server, "-", "--appendonly", "yes"]
    return Verbatim(flow([*started, *own_words]))


def _by_file(model: Model, name: str, image: str, secret: str) -> Emitted:
    if image not in _BY_FILE or "bitnami" in model.image(name):
        raise UserError(
            f"cannot tell how {model.image(name) or name!r} takes a password",
            fix="give it one in the file, then `--no-password`; or `--no-password` with"
            " `--publish 127.0.0.1:PORT`",
            where=model.where(name, "image"),
        )
    given = assignments(model.get(name, "environment"))
    kept = {k: v for k, v in given.items() if k != "POSTGRES_HOST_AUTH_METHOD" and "EMPTY" not in k}
    added = {_BY_FILE[image]: f"{SECRETS}/{secret}"}
    return {k: None if v is None else Quoted(v) for k, v in {**kept, **added}.items()}


def _listed(value: Value) -> list[Emitted]:
    found = quoted(value)
    return list(found) if isinstance(found, list) else []
