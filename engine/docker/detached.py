"""A container that runs a detached service: where it is published, and what its clients need."""

import ipaddress
import json
from dataclasses import dataclass
from typing import Any

from composefile import labels
from engine.docker.containers import LABEL, Site
from engine.hosts import Host
from faults import HostError


@dataclass(frozen=True, slots=True)
class Detached:
    """Where a service is published.

    Attributes:
        host: The IP address; empty for every address of its machine.
        port: The port there.
        clients: How clients get in, in the words of `ambassador.access`.
    """

    host: str
    port: int
    clients: str = ""


def detached(host: Host, service: str) -> Detached:
    """Return where the container of *service* that runs on *host* is published.

    It is one that `dcgen detach` made, else that of a Compose service of this name, else one of
    this name.

    Raises:
        HostError: Docker does not answer, there is no such container, there are several, or what
            it publishes is not for other machines.
    """
    site = Site((), host)
    ways = (f"label={labels.DETACHED}={service}", f"label={LABEL}service={service}")
    for way in (*ways, f"name=^/?{service}$"):
        words = ("ps", "--no-trunc", "--quiet", "--filter", way)
        ids = site.docker(*words).split()
        inspected = json.loads(site.docker("inspect", "--type", "container", *ids)) if ids else []
        found = [one for one in inspected if _published(one)]
        if len(found) > 1:
            names = ", ".join(str(one["Name"]).lstrip("/") for one in found)
            raise HostError(
                f"several containers on {host} publish {service!r}: {names}",
                fix=f"name the address: --{service} HOST:PORT",
            )
        if found:
            return _of(found[0], host, service)
    raise HostError(
        f"no container on {host} publishes a port of {service!r}",
        fix=f"start one: dcgen detach {service} --host {host}",
    )


def _of(container: Any, host: Host, service: str) -> Detached:  # noqa: ANN401 - what Docker prints
    address, port = _published(container)[0]
    parsed = ipaddress.ip_address(address) if address else None
    if parsed and parsed.is_loopback and host.is_remote:
        raise HostError(
            f"{service!r} is published on {address} of {host}, where that machine alone reaches it",
            fix=f"publish it: dcgen detach {service} --host {host}",
        )
    everywhere = parsed is None or parsed.is_unspecified
    clients = (container["Config"]["Labels"] or {}).get(labels.CLIENTS, "")
    return Detached("" if everywhere else address, port, clients)


def _published(container: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - the same
    """Return address and port of each published TCP port, the lowest container port first."""
    ports = container["NetworkSettings"]["Ports"] or {}
    found = []
    for name, places in ports.items():
        number, _, protocol = name.partition("/")
        if protocol == "tcp":
            found += [(int(number), p["HostIp"], int(p["HostPort"])) for p in places or ()]
    return [(address, port) for _, address, port in sorted(found)]
