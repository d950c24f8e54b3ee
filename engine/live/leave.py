"""Take a variant off one host: what its balancers lead to becomes idle, and what stays is named."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile import labels
from engine.docker.containers import LABEL, Site
from engine.docker.listing import listed
from engine.events import Changed
from engine.live.drain import drain, ready
from engine.live.running import on_docker, servers
from engine.variant import Variant

_NAMELESS = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Data that stays on a host, and that no other host has.

    Attributes:
        container: Who uses it.
        volume: Its name; empty for one that has none.
        path: Where it is in the container.
    """

    container: str
    volume: str
    path: str

    def __str__(self) -> str:
        called = f"volume {self.volume}" if self.volume else "a volume without a name"
        return f"{self.container}: {called} ({self.path})"


def kept(site: Site, project: str) -> list[Kept]:
    """Return what the containers of *project* keep on *site*, running or not.

    Raises:
        HostError: Docker does not answer.
    """
    names = [one.name for one in listed(site, project)]
    found = json.loads(site.docker("inspect", "--type", "container", *names)) if names else []
    return [
        Kept(raw["Name"].lstrip("/"), _name(mount["Name"]), mount["Destination"])
        for raw in found
        for mount in raw["Mounts"]
        if mount["Type"] == "volume"
    ]


def serving_others(site: Site, project: str) -> list[str]:
    """Return the detached services that run on *site*, in another project: they stay.

    Raises:
        HostError: Docker does not answer.
    """
    form = f'{{{{.Label "{LABEL}project"}}}}\t{{{{.Label "{labels.DETACHED}"}}}}'
    said = site.docker("ps", f"--filter=label={labels.DETACHED}", f"--format={form}")
    rows = [line.split("\t") for line in said.splitlines()]
    return sorted({service for other, service in rows if other != project})


def let_idle(site: Site, variant: Variant, deadline_s: float) -> Iterator[Changed]:
    """Give the servers of all balancers on *site* nothing new, and wait until they are idle.

    They serve again if this is interrupted.

    Args:
        site: Where.
        variant: The file.
        deadline_s: Seconds after which it is no longer waited.

    Raises:
        HostError: Docker, Compose or HAProxy does not answer.
    """
    balancers = [one.name for one in variant if one.identity.is_balancer]
    lives = on_docker(variant, site, *balancers) if balancers else []
    found = [server for live in lives for server in servers(live)]
    try:
        yield from drain(found, deadline_s)
    except BaseException:
        ready(found)
        raise


def _name(volume: str) -> str:
    return "" if _NAMELESS.fullmatch(volume) else volume
