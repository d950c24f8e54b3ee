"""``--redis node1:`` and ``--redis-from redis.yml``: an upstream that is found, not written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ambassador.access import SECRETS, ChosenAccess
from dcgen.commands.assignments import assignments
from dcgen.commands.certificate_options import ABOUT_TLS
from dcgen.commands.detached_file import in_file
from dcgen.commands.making import secrets_of
from dcgen.commands.named import alone
from dcgen.commands.one_host import address_of, reached
from dcgen.commands.run_options import listed_hosts
from dcgen.commands.settled import settled
from engine.docker.detached import Detached, detached
from faults import UsageError
from lb.address import Address

_FROM = "-from"
_FILES = (".yml", ".yaml", ".json")


def found(given: Mapping[str, Any]) -> Mapping[str, object]:
    """Return the options *given* with the upstreams that had to be found, and what those ask for.

    An option that was given stays as it is.

    Raises:
        UserError: A file says no address, or there is none.
        UsageError: Several upstreams ask for something, which one command cannot tell apart.
        HostError: A host does not answer, or runs no such container.
    """
    words, clients = [], {}
    for name, value in assignments(given["what"], "HOST:PORT"):
        service, is_file = name.removesuffix(_FROM), name.endswith(_FROM) and _is_file(value)
        if is_file:
            one = in_file(Path(value), service)
        elif value.endswith(":"):
            one = on_host(value.removesuffix(":"), service)
        else:
            words.append(f"{name}={value}")
            continue
        words.append(f"{service}={Address(one.host, one.port)}")
        clients[service] = ChosenAccess.parse(one.clients)
    asking = {name: access for name, access in clients.items() if access.words()}
    if asking and len(words) > 1:
        raise UsageError(
            f"what {next(iter(asking))!r} asks of its clients would hold for the others, too",
            fix="give one service to each command: the next keeps what is there",
        )
    return settled({"what": tuple(words), **_asked(given, *asking.values())})


def _asked(given: Mapping[str, Any], *asking: ChosenAccess) -> dict[str, object]:
    """Return the options for what the upstream is *asking*, but for those *given*."""
    options: dict[str, object] = {}
    for access in asking:
        options |= {
            "auth_secret": access.auth_secret,
            "ca_secret": _secret(access.ca_file),
            "cert_secret": _secret(access.cert),
            "tls_name": access.tls_name,
            "protocol": access.protocol,
            "env_secrets": True,
        }
    if given["auth_env"]:
        options.pop("auth_secret", None)
    if given["tls"] is False:
        options = {name: value for name, value in options.items() if name not in ABOUT_TLS}
    return {name: value for name, value in options.items() if value and not given[name]}


def secrets_file(words: tuple[str, ...]) -> str:
    """Return the file with the secrets of the first upstream in *words*, if there is one."""
    for name, value in assignments(words, "HOST:PORT"):
        service, is_file = name.removesuffix(_FROM), name.endswith(_FROM) and _is_file(value)
        path = secrets_of(Path(value) if is_file else Path(f"{service}.yml"))
        if path.is_file():
            return str(path)
    return ""


def _secret(path: str | None) -> str | None:
    return path.removeprefix(SECRETS) if path else None


def _is_file(value: str) -> bool:
    return value.endswith(_FILES) or Path(value).is_file()


def on_host(name: str, service: str) -> Detached:
    """Return what the Docker host *name*, of ``--hosts`` if that is given, publishes of *service*.

    Raises:
        UsageError: It is not in the list, or neither an address nor a context.
        HostError: It does not answer, or runs no such container.
    """
    host = alone(name, listed_hosts())
    one = detached(reached(host), service)
    return Detached(one.host or address_of(host), one.port, one.clients)
