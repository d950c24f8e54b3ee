"""The networks that a service is on, as the file declares them: who else is there, and addresses.

Sources: Compose Specification, "networks" (`external`, `name`, `enable_ipv4`, `enable_ipv6`,
`ipam`); Docker Engine, "Bridge network driver": a container without an address of its own gets the
lowest free one of `ip_range`, else of `subnet`, and the gateway has one, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from composefile.model import Model
from composefile.values import Value, plain


@dataclass(frozen=True, slots=True)
class Pool:
    """IPv4 addresses that Docker gives out: those of *addresses*, without those that are *taken*.

    *gateway* tells that it takes one of them, too, which is not among *taken*.
    """

    addresses: IPv4Network
    taken: frozenset[IPv4Address]
    gateway: bool

    @property
    def size(self) -> int:
        """How many containers get an address."""
        taken = sum(address in self.addresses for address in self.taken)
        return max(self.addresses.num_addresses - taken - self.gateway, 0)

    def first(self, number: int) -> list[IPv4Address]:
        """Return the first *number* addresses that are given out, or all there are."""
        found: list[IPv4Address] = []
        for address in self.addresses if number > 0 else ():
            if address not in self.taken:
                found.append(address)
                if len(found) == number + self.gateway:
                    break
        return found[1:] if self.gateway else found


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the file: its *name* there, and what the file says of it."""

    name: str
    settings: Mapping[str, Value]

    @property
    def is_shared(self) -> bool:
        """Whether other projects may be on it: it is external, or called as they may call it."""
        called = str(self.settings.get("name") or "")
        is_external = self.settings.get("external") not in (None, "false")
        return is_external or (bool(called) and "COMPOSE_PROJECT_NAME" not in called)

    @property
    def has_ipv4(self) -> bool:
        """Whether its containers have an IPv4 address, as far as the file says."""
        return self.settings.get("enable_ipv4") != "false"

    @property
    def has_ipv6(self) -> bool:
        """Whether its containers have an IPv6 address, as far as the file says."""
        return self.settings.get("enable_ipv6") == "true"

    @property
    def pools(self) -> list[Pool]:
        """The IPv4 addresses of its containers; none if the file leaves them to Docker."""
        ipam = self.settings.get("ipam")
        listed = ipam.get("config") if isinstance(ipam, dict) and self.has_ipv4 else None
        found = (_pool(one) for one in listed) if isinstance(listed, list) else ()
        return [pool for pool in found if pool]


def networks(model: Model, name: str) -> list[Network]:
    """Return the networks of service *name*; none if it is on none of the project's."""
    return [declared(model, network) for network in model.networks(name) or ()]


def declared(model: Model, network: str) -> Network:
    """Return what the file of *model* says of *network*, variables resolved where that is known."""
    section = plain(model.document, model.document.section("networks"))
    entry = section.get(network) if isinstance(section, dict) else None
    settings = entry if isinstance(entry, dict) else {}
    known = {key: _known(model, value) for key, value in settings.items()}
    # The name is kept as it is written: it may be one with the project's in it.
    return Network(network, known | ({"name": settings["name"]} if "name" in settings else {}))


def _known(model: Model, value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _known(model, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_known(model, part) for part in value]
    return model.known(value) if isinstance(value, str) else value


def _pool(entry: Value) -> Pool | None:
    if not isinstance(entry, dict):
        return None
    try:
        subnet = IPv4Network(str(entry.get("subnet")), strict=False)
        addresses = IPv4Network(str(entry.get("ip_range") or subnet), strict=False)
        gateway = IPv4Address(str(entry["gateway"])) if entry.get("gateway") else None
        others = entry.get("aux_addresses")
        kept = {IPv4Address(str(a)) for a in others.values()} if isinstance(others, dict) else set()
    except ValueError:
        return None  # IPv6, or a variable that nothing gives
    taken = {subnet.network_address, subnet.broadcast_address, *kept}
    return Pool(addresses, frozenset(taken | {gateway} if gateway else taken), gateway=not gateway)
