"""The ports of a service: those it publishes, those it listens on, and free ones of this host."""

import errno
import random
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from engine.variant import Service
from faults import HostError, Place, UserError
from lb.address import LOOPBACK

_SHORT = re.compile(
    r"(?:(?P<ip>\[[0-9A-Fa-f:]+\]|[0-9]+(?:\.[0-9]+){3}):)?"
    r"(?:(?P<published>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<target>[0-9]+(?:-[0-9]+)?)"
    r"(?:/(?P<protocol>[a-z]+))?"
)
# Below the range that outgoing connections take their ports from: a process that is started
# again must find its port free.
_LOWEST, _HIGHEST, _TRIES = 15000, 32000, 1000


@dataclass(frozen=True, slots=True)
class Publication:
    """One container port on the host: *published* 0 means any free port, *host_ip* "" the default.

    Source: Compose Specification, services, "ports".
    """

    target: int
    published: int
    host_ip: str
    where: Place


def publications(service: Service) -> list[Publication]:
    """Return what *service* publishes, in the order of its file; ranges one by one.

    Raises:
        UserError: An entry of ``ports`` does not read as one, or is not TCP.
    """
    entries = service.keys.get("ports") or []
    found: list[Publication] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        where = service.where(f"ports.{index}")
        found.extend(_publications(service.name, _fields(entry), str(entry), where))
    return found


def _fields(entry: object) -> dict[str, str]:
    if isinstance(entry, dict):
        names = {"host_ip": "ip", "published": "published", "target": "target"}
        fields = {new: str(entry[old]) for old, new in names.items() if entry.get(old)}
        return fields | {"protocol": str(entry.get("protocol") or "tcp")}
    match = _SHORT.fullmatch(str(entry).strip())
    return {k: v for k, v in match.groupdict().items() if v} if match else {}


def _publications(
    service: str, fields: dict[str, str], text: str, where: Place
) -> Iterator[Publication]:
    target = _span(fields.get("target", ""))
    if not target:
        what = f"service '{service}' publishes '{text}', which is not a port"
        raise UserError(what, fix='write "8001:80", "80" or the long form', where=where)
    if (protocol := fields.get("protocol", "tcp")) != "tcp":
        what = f"service '{service}' publishes '{text}': a process serves TCP, not {protocol}"
        raise UserError(what, fix="use --engine docker", where=where)
    published = _span(fields["published"]) if "published" in fields else [0] * len(target)
    if len(published) != len(target):
        what = f"service '{service}' publishes '{text}': {len(published)} ports for {len(target)}"
        raise UserError(what, fix="use --engine docker, or one host port for each", where=where)
    host_ip = fields.get("ip", "").strip("[]")
    for inner, outer in zip(target, published, strict=True):
        yield Publication(inner, outer, host_ip, where)


def _span(text: str) -> list[int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        return []
    return list(range(int(first), int(last or first) + 1))


def exposed(service: Service) -> list[int]:
    """Return the TCP ports that ``ports`` and ``expose`` name, each once, in that order."""
    found = [p.target for p in publications(service)]
    for word in service.words("expose"):
        number, _, protocol = word.partition("/")
        if protocol in {"", "tcp"}:
            found += _span(number)
    return list(dict.fromkeys(found))


def free_port(taken: set[int], address: str = LOOPBACK) -> int:
    """Return a port of *address* that nobody listens on, and add it to *taken*.

    Raises:
        HostError: There is none, or *address* is not of this machine.
    """
    trouble: str | None = None
    for port in random.sample(range(_LOWEST, _HIGHEST), _TRIES):
        if port not in taken and not (trouble := busy(address, port)):
            taken.add(port)
            return port
    raise HostError(f"no free port on '{address}': {trouble}", fix="use an address of this host")


def busy(address: str, port: int) -> str | None:
    """Return why *port* cannot be listened on at *address*; None if it can."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: "something listens there already",
                errno.EACCES: "ports below 1024 need more rights",
                errno.EADDRNOTAVAIL: "this machine has no such address",
            }
            return reasons.get(error.errno or 0) or str(error)
    return None
