"""The containers of a project on one Docker host, as a person lists them: one call, no Compose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from composefile import labels
from engine.docker.containers import LABEL, Site
from engine.hosts import Host

_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)$")
_EVERY_IPV6 = re.compile(r"^(:::|\[::\]:)")
_LABELS = (f"{LABEL}oneoff", f"{LABEL}service", labels.ROLE, labels.SERVICE)
_FORMAT = "\t".join(
    [
        *(f'{{{{.Label "{label}"}}}}' for label in _LABELS),
        *(f"{{{{.{name}}}}}" for name in ("Names", "State", "Status", "Ports", "Image")),
    ]
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A container of a project, running or not.

    Attributes:
        host: Where it is.
        service: The Compose service that it runs: ``rng2``, ``worker``.
        made_from: The service that dcgen made that one from, ``rng``; else the same.
        role: ``balancer``, ``replica`` or ``ambassador``; empty if dcgen did not make it.
        name: What Docker calls it.
        state: ``running``, ``exited`` and so on.
        health: ``starting``, ``healthy``, ``unhealthy``; empty without a health check.
        status: The same, and since when, in Docker's words.
        ports: The ports that it publishes: ``0.0.0.0:8001->80/tcp``.
        image: What it runs.
    """

    host: Host
    service: str
    made_from: str
    role: str
    name: str
    state: str
    health: str
    status: str
    ports: tuple[str, ...]
    image: str


def listed(site: Site, project: str) -> list[Listed]:
    """Return the containers of *project* on *site* by name, without those of ``compose run``.

    Raises:
        HostError: Docker does not answer.
    """
    of_project = f"--filter=label={LABEL}project={project}"
    said = site.docker("ps", "--all", of_project, f"--format={_FORMAT}")
    rows = [line.split("\t") for line in said.splitlines()]
    found = [_listed(site.host, row) for row in rows if row[0] != "True"]
    return sorted(found, key=lambda one: _numbers(one.name))


def runs_as(one: Listed) -> set[str]:
    """Return what a person may call *one*: its name, or service and number, ``worker-3``."""
    number = re.search(r"[-_](\d+)$", one.name)
    return {one.name, f"{one.service}-{number[1]}"} if number else {one.name}


def ordered(found: Sequence[Listed], services: Sequence[str]) -> list[Listed]:
    """Return *found* in the order of *services*, which the file has, each with its replicas below.

    Of a service: host by host, in the order in which they come; what is in front of replicas first.
    """
    place = {name: number for number, name in enumerate(services)}
    hosts = {host: n for n, host in enumerate(dict.fromkeys(one.host for one in found))}

    def key(one: Listed) -> tuple[object, ...]:
        service = (place.get(one.made_from, len(place)), one.made_from)
        return (*service, hosts[one.host], one.role == labels.REPLICA, _numbers(one.name))

    return sorted(found, key=key)


def _listed(host: Host, row: Sequence[str]) -> Listed:
    _, service, role, made_from, name, state, status, ports, image = row
    health = _HEALTH.search(status)
    return Listed(
        host=host,
        service=service,
        made_from=made_from or service,
        role=role,
        name=name,
        state=state,
        health=health[1] if health else "",
        status=status,
        ports=_published(ports),
        image=image,
    )


def _published(ports: str) -> tuple[str, ...]:
    # Docker lists what it publishes for IPv6 once more, and what it does not publish, too.
    found = [one for one in ports.split(", ") if "->" in one]
    return tuple(one for one in found if _EVERY_IPV6.sub("0.0.0.0:", one) not in {*found} - {one})


def _numbers(name: str) -> list[tuple[int, str]]:
    # As people count: worker-2 before worker-10.
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
