"""Whether somebody listens at an address, as seen from a balancer or an ambassador."""

import socket
from collections.abc import Sequence
from contextlib import suppress

from engine.docker.containers import Container
from engine.live.running import Live
from faults import HostError, UserError
from lb.model import Address

__all__ = ["Address", "reachable", "require_reachable", "seen"]

REACHED_WITHIN_S = 3
# $1 is how long to wait, the others are hosts and ports; all at once.
_CONNECT = r"""
within=$1; shift
for place; do
    timeout "$within" bash -c '{ exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null' bash $place &&
        echo "$place" &
done
wait
"""


def reachable(live: Live, addresses: Sequence[Address]) -> list[Address]:
    """Return those of *addresses* where somebody listens, as seen from *live*."""
    if live.listens:
        known = {address: live.listens(address.host, address.port) for address in addresses}
        if None not in known.values():
            return [address for address in addresses if known[address]]
    if live.site and live.container:
        words = ("exec", live.container.id, "bash", "-c", _CONNECT, "bash", str(REACHED_WITHIN_S))
        said = live.site.docker(*words, *(f"{a.host} {a.port}" for a in addresses)).splitlines()
        return [address for address in addresses if f"{address.host} {address.port}" in said]
    found = []
    for address in addresses:
        with suppress(OSError):
            socket.create_connection((address.host, address.port), REACHED_WITHIN_S).close()
            found.append(address)
    return found


def seen(live: Live, container: Container, ports: Sequence[int]) -> list[Address]:
    """Return where *ports* of *container* are, as seen from *live*.

    Raises:
        HostError: They share no network.
    """
    shared = live.container.addresses if live.container else {}
    found = [ip for name, ip in container.addresses.items() if name in shared and ip]
    if not found:
        what = f"'{container.name}' and '{live.service.name}' share no network"
        raise HostError(what, fix="give both one of the networks of the other")
    return [Address(found[0], port) for port in ports]


def require_reachable(live: Live, upstream: Address) -> None:
    """Return if somebody listens at *upstream*, as seen from *live*.

    Raises:
        UserError: Nobody does.
    """
    if not reachable(live, [upstream]):
        seen = f" from '{live.container.name}'" if live.container else " from here"
        raise UserError(
            f"nothing listens at '{upstream}', seen{seen}",
            fix="start it first, or retarget with --force",
        )
