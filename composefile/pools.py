"""The addresses that Docker gives to the containers of a network.

Sources: Compose Specification, "networks" (`ipam`); Docker Engine, "Bridge network driver": a
container without an address of its own gets the lowest free one of `ip_range`, else of `subnet`,
and the gateway has one, too.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from composefile.values import Value


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


def pool(entry: Value) -> Pool | None:
    """Return what *entry* of `ipam.config` says; None for IPv6, or if a variable is not known."""
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
