"""Where a container is in its networks: its address and its names, taken away and given again.

Docker gives the lowest free address of a network. So a container that leaves a network and comes
back at once has the address it had, without its names if that is wanted; and one that comes after
another one has left gets the other's. TCP connections outlive the moment that this takes.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_interface, ip_network
from urllib.parse import quote

from engine.docker.connection import Connection, connected
from engine.docker.containers import Site
from faults import HostError

_SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A container in a network.

    Attributes:
        network: Its name.
        address: The IP address there; empty unless the container runs.
        aliases: The names by which others find it; without its id.
        fixed: The address that its file asks for; empty if it leaves that to Docker.
    """

    network: str
    address: str = ""
    aliases: tuple[str, ...] = ()
    fixed: str = ""

    def named(self, *names: str) -> "Endpoint":
        """Return the same with *names* and no others."""
        return replace(self, aliases=tuple(dict.fromkeys(names)))


def endpoints(site: Site, container: str) -> list[Endpoint]:
    """Return where *container* is, by the name of the network.

    Raises:
        HostError: Docker does not answer, or there is no such container.
    """
    form = "{{json .Id}} {{json .NetworkSettings.Networks}}"
    said = site.docker("inspect", "--type", "container", "--format", form, container)
    name, _, text = said.partition(" ")
    short = name.strip('"')[:_SHORT_ID]
    return [
        Endpoint(
            network,
            found["IPAddress"],
            tuple(alias for alias in found["Aliases"] or () if alias != short),
            (found["IPAMConfig"] or {}).get("IPv4Address", ""),
        )
        for network, found in sorted(json.loads(text).items())
    ]


def leave(site: Site, container: str, network: str) -> None:
    """Take *container* out of *network*: its connections there stop, its host ports are free."""
    site.docker("network", "disconnect", network, container)


def join(site: Site, container: str, wanted: Endpoint, address: str = "") -> None:
    """Put *container* into the network of *wanted*, with its names.

    Args:
        site: Where it is.
        container: It.
        wanted: The network and the names.
        address: Which one to ask for; without, it gets a fixed one or the lowest that is free.

    Raises:
        HostError: The address is taken, or Docker lets nobody choose in that network.
    """
    names = [word for alias in wanted.aliases for word in ("--alias", alias)]
    chosen = address or wanted.fixed
    given = ["--ip", chosen] if chosen else []
    site.docker("network", "connect", *names, *given, wanted.network, container)


class Mover:
    """An open way to a daemon, for what must not wait; see `mover`."""

    def __init__(self, docker: Connection) -> None:
        self._docker = docker

    def move(
        self,
        old: str,
        places: Sequence[Endpoint],
        new: str,
        wanted: Sequence[Endpoint],
    ) -> None:
        """Take container *old* out of *places*, and put *new* where *wanted* says, without delay.

        All are left before the first is joined: the host ports of *old* are free only when it is
        in no network that leads out.

        Args:
            old: A container.
            places: Where it is.
            new: The other one, which is in none of *wanted*.
            wanted: Where it is to be.

        Raises:
            HostError: Docker does not answer, or an address or a host port is taken.
        """
        for one in places:
            self._docker.post(f"/networks/{quote(one.network)}/disconnect", {"Container": old})
        for one in wanted:
            fixed = {"IPAMConfig": {"IPv4Address": one.fixed}} if one.fixed else {}
            settings = {"Aliases": list(one.aliases), **fixed}
            body = {"Container": new, "EndpointConfig": settings}
            self._docker.post(f"/networks/{quote(one.network)}/connect", body)

    def signal(self, container: str, signal: str) -> None:
        """Send *signal*, ``SIGTERM`` for example, to *container*; Docker does not start it again.

        Raises:
            HostError: Docker does not answer, or the container does not run.
        """
        self._docker.post(f"/containers/{container}/kill?signal={quote(signal)}", {})


@contextmanager
def mover(site: Site) -> Iterator[Mover]:
    """Give a mover for containers on *site*.

    Raises:
        HostError: Docker does not answer.
    """
    with connected(site.host) as docker:
        yield Mover(docker)


def rejoin(site: Site, container: str, wanted: Iterable[Endpoint]) -> None:
    """Let *container* leave each network of *wanted*, and come back as that says."""
    for one in wanted:
        leave(site, container, one.network)
        join(site, container, one)


def moved(site: Site, container: str, wanted: Iterable[Endpoint]) -> list[Endpoint]:
    """Return those of *wanted* whose address *container* cannot be given.

    A network whose subnet a person chose gives the address to whoever asks; Docker's own do not.
    """
    now = {place.network: place.address for place in endpoints(site, container)}
    lost = []
    for one in wanted:
        if now.get(one.network) == one.address:
            continue
        leave(site, container, one.network)
        try:
            join(site, container, one, one.address)
        except HostError:
            join(site, container, one)
            lost.append(one)
    return lost


def would_move(site: Site, place: Endpoint) -> bool:
    """Tell whether who leaves *place* and comes back gets another address: a lower one is free."""
    form = '{"pools": {{json .IPAM.Config}}, "taken": {{json .Containers}}}'
    said = json.loads(site.docker("network", "inspect", "--format", form, place.network))
    taken = {pool.get("Gateway") for pool in said["pools"]}
    known = [one["IPv4Address"] for one in said["taken"].values()]
    taken |= {str(ip_interface(address).ip) for address in known if address}
    for pool in said["pools"]:
        for address in ip_network(pool.get("IPRange") or pool["Subnet"]).hosts():
            if not isinstance(address, IPv4Address) or address >= IPv4Address(place.address):
                break
            if str(address) not in taken:
                return True
    return False
