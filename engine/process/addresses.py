"""Where everything of a variant listens on this host, chosen before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.process.free_ports import Publication, busy, free_port, publications
from engine.variant import Service
from faults import HostError, UserError
from lb.address import LOOPBACK, Address

_EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - what to dial for "everywhere"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a service needs: *ports* it serves, for each of its *replicas*."""

    service: Service
    ports: tuple[int, ...]
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a run.

    Attributes:
        listen: Service and container port to where each of its replicas listens.
        published: Those of them that the file publishes.
    """

    listen: dict[tuple[str, int], list[Address]] = field(default_factory=dict)
    published: dict[tuple[str, int], Address] = field(default_factory=dict)

    def dial(self, service: str, port: int, replica: int = 0) -> Address:
        """Return where a neighbour finds *port* of *service*: an address, never "everywhere"."""
        return dialled(self.listen[service, port][replica])


def dialled(address: Address) -> Address:
    """Return how something that listens on *address* is reached from this host."""
    return Address(_EVERYWHERE.get(address.host, address.host), address.port)


def allocate(
    demands: list[Demand], publish_on: str, *, free_ports: bool = False
) -> tuple[Addresses, list[UserError]]:
    """Return an address for every port of *demands*, and what is wrong with the published ones.

    Args:
        demands: Every service that will run.
        publish_on: Where a published port is served whose entry names no address.
        free_ports: Publish on any free port, whatever the file says.
    """
    addresses = Addresses()
    owners: dict[int, list[tuple[str, str]]] = {}
    errors: list[UserError] = []
    for demand in demands:
        for written in publications(demand.service):
            anywhere = replace(written, port=replace(written.port, published=""))
            entry = anywhere if free_ports else written
            host = entry.port.host_ip or publish_on
            key = (demand.service.name, entry.port.target)
            if error := _problem(demand, entry, host, addresses.published, owners):
                errors.append(error)
                continue
            port = entry.number or free_port(set(owners), host)
            owners.setdefault(port, []).append((host, demand.service.name))
            addresses.published[key] = Address(host, port)
    taken = set(owners)
    for demand in demands:
        for port in demand.ports:
            key = (demand.service.name, port)
            public = addresses.published.get(key)
            private = range(0 if public else demand.replicas)
            found = [Address(LOOPBACK, free_port(taken)) for _ in private]
            addresses.listen[key] = [public] if public else found
    return addresses, errors


def _problem(
    demand: Demand,
    entry: Publication,
    host: str,
    published: Mapping[tuple[str, int], Address],
    owners: Mapping[int, list[tuple[str, str]]],
) -> UserError | None:
    name = demand.service.name
    what = f"service '{name}' publishes port {entry.port.target} on {host}:{entry.number or ''}"
    if entry.port.target not in demand.ports:
        served = ", ".join(map(str, demand.ports)) or "none"
        fix = f"publish one of the ports that it serves: {served}"
        return UserError(f"{what}, but does not serve it", fix=fix, where=entry.where)
    if demand.replicas > 1:
        fix = f"dcgen scale {name} {demand.replicas}: a balancer takes the port"
        reason = f"its {demand.replicas} replicas cannot share it"
        return UserError(f"{what}, and {reason}", fix=fix, where=entry.where)
    if (name, entry.port.target) in published:
        fix = "use --engine docker, or publish it once"
        return UserError(f"{what} as well: a process listens once", fix=fix, where=entry.where)
    for other_host, other in owners.get(entry.number, ()) if entry.number else ():
        if host == other_host or {host, other_host} & _EVERYWHERE.keys():
            fix = "give one of them another host port"
            return UserError(f"{what}, and so does '{other}'", fix=fix, where=entry.where)
    if entry.number and (trouble := busy(host, entry.number)):
        fix = "stop what listens there, or change the host port in the file"
        return HostError(f"{what}: {trouble}", fix=fix, where=entry.where)
    return None
