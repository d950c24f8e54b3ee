"""The ports of a service: those it publishes, those it listens on, and free ones of this host."""

import errno
import random
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from composefile.ports import Port, read
from engine.process.reserved import reserve
from engine.variant import Service
from faults import HostError, Place, UserError
from lb.address import LOOPBACK

# Below the range that outgoing connections take their ports from: a process that is started
# again must find its port free.
_LOWEST, _HIGHEST, _TRIES = 15000, 32000, 1000
_TAKEN = "something listens there already"


@dataclass(frozen=True, slots=True)
class Publication:
    """A container port that the file publishes on the host, and the line that says so."""

    port: Port
    where: Place

    @property
    def number(self) -> int:
        """The host's port; 0 means any free one."""
        return int(self.port.published or 0)


def publications(service: Service) -> list[Publication]:
    """Return what *service* publishes, in the order of its file; ranges one by one.

    Raises:
        UserError: An entry of ``ports`` does not read as one, or a process cannot serve it.
    """
    return [
        Publication(_servable(service.name, port, where), where)
        for port, where in _declared(service, "ports")
    ]


def _declared(service: Service, key: str) -> Iterator[tuple[Port, Place]]:
    entries = service.keys.get(key) or []
    for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        where = service.where(f"{key}.{index}")
        try:
            found = read(entry if isinstance(entry, dict) else str(entry))
        except ValueError as error:
            what = f"service '{service.name}' has '{entry}' in '{key}', which is not a port"
            raise UserError(
                what, fix='write "8001:80", "80" or the long form', where=where
            ) from error
        yield from ((port, where) for port in found)


def _servable(service: str, port: Port, where: Place) -> Port:
    what = f"service '{service}' publishes port {port.target}"
    if port.protocol != "tcp":
        what += f"/{port.protocol}: a process serves TCP, not {port.protocol}"
        raise UserError(what, fix="use --engine docker", where=where)
    if "-" in port.published:
        what += f" on one of {port.published}: a process listens on one that is known before"
        raise UserError(what, fix="give one host port, or use --engine docker", where=where)
    return port


def exposed(service: Service) -> list[int]:
    """Return the TCP ports that ``ports`` and ``expose`` name, each once, in that order.

    Raises:
        UserError: An entry does not read as a port, or a process cannot serve it.
    """
    found = [one.port.target for one in publications(service)]
    listed = (port for port, _ in _declared(service, "expose") if port.protocol == "tcp")
    return list(dict.fromkeys([*found, *(port.target for port in listed)]))


def free_port(taken: set[int], address: str = LOOPBACK) -> int:
    """Return a port of *address* that nobody listens on, and no other run chose; add it to *taken*.

    Raises:
        HostError: There is none, or *address* is not of this machine.
    """
    trouble: str | None = None
    for port in random.sample(range(_LOWEST, _HIGHEST), _TRIES):
        if port in taken:
            continue
        trouble = busy(address, port)
        if trouble is None and not reserve(port):
            trouble = _TAKEN
        if trouble is None:
            taken.add(port)
            return port
        if trouble != _TAKEN:
            break  # no other port would do
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
                errno.EADDRINUSE: _TAKEN,
                errno.EACCES: "ports below 1024 need more rights",
                errno.EADDRNOTAVAIL: "this machine has no such address",
            }
            return reasons.get(error.errno or 0) or str(error)
    return None
