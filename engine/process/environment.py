"""The variables of a process: where its neighbours are, and what the file sets.

In a container ``http://rng`` finds rng by its name. A process is told instead, once for each
neighbour, in ``NAME_URL``: ``RNG_URL=http://127.0.0.1:20001``. A URL in the file's own
``environment`` that names a neighbour is led to the same place.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from composefile import env_file
from engine.process.addresses import Addresses
from engine.process.soundness import require_sound_environment
from engine.replicas import links
from engine.variant import Service
from faults import UserError
from lb.model import Address

# Of the caller's environment a container sees nothing; these a process cannot do without.
_KEPT = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV")
# Container port to what a URL for it begins with; every other is taken for HTTP.
_SCHEMES = {3306: "mysql", 5432: "postgresql", 5672: "amqp", 6379: "redis", 27017: "mongodb"}
# Services that `extra_hosts` name have no definition here: their well-known port is taken.
_PORTS = {"mongo": 27017, "mysql": 3306, "postgres": 5432, "rabbitmq": 5672, "redis": 6379}
_PATHS = {"redis": "/0"}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services that a name leads to, each with its container ports, the main one first."""

    ports: Mapping[str, tuple[int, ...]]
    addresses: Addresses

    def url(self, service: str) -> str:
        """Return the URL of the main port of *service*."""
        port = self.ports[service][0]
        return url_of(port, self.addresses.dial(service, port))

    def lead(self, text: str, names: Mapping[str, str]) -> str:
        """Return *text* with ``://name:port`` of a neighbour replaced by its address here.

        Args:
            text: Any value of a variable.
            names: Name that the process knows to the service it means.
        """

        def replace(match: re.Match[str]) -> str:
            service = names.get(match["host"])
            ports = self.ports.get(service, ()) if service else ()
            port = int(match["port"]) if match["port"] else ports[0] if ports else 0
            if service is None or port not in ports:
                return match[0]
            return f"{match['before']}{self.addresses.dial(service, port)}"

        return _AUTHORITY.sub(replace, text)


_AUTHORITY = re.compile(
    r"(?P<before>://(?:[^/@\s]*@)?)(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*)(?::(?P<port>[0-9]+))?"
    r"(?![A-Za-z0-9._:-])"
)


def environment(
    service: Service, neighbours: Neighbours, image: Mapping[str, str], *, port: Address | None
) -> dict[str, str]:
    """Return every variable of a process of *service*.

    What counts more comes later: what any process needs, the neighbours, the image, ``env_file``,
    ``environment``, and last HOST and PORT, which only the engine can know.

    Args:
        service: What the process runs.
        neighbours: The other services.
        image: Variables that the image sets.
        port: Where it listens; None for a service without a port.

    Raises:
        UserError: A file of ``env_file`` cannot be read, an extra host is no address, or a
            variable holds what no process can be given.
    """
    names = dict(_names(service, neighbours.ports))
    found = {_variable(name): neighbours.url(s) for name, s in names.items()}
    found |= {_variable(n): u for n, u in _extra_hosts(service)}
    own = {**image, **_env_files(service), **_own(service)}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    last = {"PYTHONUNBUFFERED": "1"}
    if port:
        last |= {"HOST": port.host, "PORT": str(port.port)}
    whole = kept | found | {k: neighbours.lead(v, names) for k, v in own.items()} | last
    require_sound_environment(service, whole)
    return whole


def url_of(port: int, address: Address) -> str:
    """Return the URL of what listens on *address*; *port* in the container tells the protocol."""
    scheme = _SCHEMES.get(port, "http")
    return f"{scheme}://{address}{_PATHS.get(scheme, '')}"


def _names(service: Service, ports: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, str]]:
    yield from ((name, name) for name, found in ports.items() if found)
    yield from ((alias, name) for alias, name in links(service).items() if ports.get(name))


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper()) + "_URL"


def _extra_hosts(service: Service) -> Iterator[tuple[str, str]]:
    for word in service.words("extra_hosts") if _is_list(service) else ():
        name, _, address = word.replace("=", ":", 1).partition(":")
        yield name, _extra_url(service, name, address)
    if not _is_list(service):
        for name, value in service.pairs("extra_hosts").items():
            yield name, _extra_url(service, name, value or "")


def _is_list(service: Service) -> bool:
    return isinstance(service.keys.get("extra_hosts"), list)


def _extra_url(service: Service, name: str, host: str) -> str:
    port = _PORTS.get(name, 80)
    host = "127.0.0.1" if host == "host-gateway" else host.strip("[] ")
    try:
        return url_of(port, Address(host, port))
    except UserError as error:
        where = service.where("extra_hosts")
        raise UserError(error.what, fix="write NAME:ADDRESS", where=where) from error


def _env_files(service: Service) -> dict[str, str]:
    value = service.keys.get("env_file") or []
    found: dict[str, str] = {}
    for entry in value if isinstance(value, list) else [value]:
        options = entry if isinstance(entry, dict) else {"path": entry}
        file = service.folder / Path(str(options.get("path", "")))
        if file.is_file():
            found |= env_file.read(file, service.model.project.environment)
        elif options.get("required") != "false":
            what = f"service '{service.name}' reads '{file}', which does not exist"
            fix = "write the file, or remove it from 'env_file'"
            raise UserError(what, fix=fix, where=service.where("env_file"))
    return found


def _own(service: Service) -> dict[str, str]:
    # A name without a value takes that of the caller or of .env, or is not set.
    pairs, known = service.pairs("environment"), service.model.project.environment
    filled = {k: known.get(k) if v is None else v for k, v in pairs.items()}
    return {k: v for k, v in filled.items() if v is not None}
