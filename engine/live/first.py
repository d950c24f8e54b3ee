"""Start what prepares something at its start, as `migrate && serve` does, first once and alone.

    start the first replica, and what it depends on
    wait until its health check is content; without one, until it listens on its balanced port
    then the others may start, all at once: they find what the first one has prepared

Compose can say so for services that wait for another one, never for the replicas of one service,
nor for those on several hosts that share a database.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from composefile.preparing import prepares
from engine.docker.containers import Container, Site
from engine.docker.following import follow
from engine.events import Changed, Event
from engine.live.handover import START_WITHIN_S
from engine.live.health import await_healthy, never_healthy
from engine.live.idle import listens
from engine.replicas import replicas
from engine.variant import Variant
from engine.waiting import HEALTHY_WITHIN_S, until
from faults import HostError, UserError


@dataclass(frozen=True, slots=True)
class Alone:
    """Services whose containers must not all start at once: replicas of each other.

    Attributes:
        services: Their names, in the order of the file.
        prepares: What they run before they serve: ``migrate``.
        ports: Those that a balancer leads to; none if nothing does.
        image: With what to see whether they listen: that of the balancer; empty for nothing.
    """

    services: tuple[str, ...]
    prepares: str
    ports: tuple[int, ...] = ()
    image: str = ""


def alone(variant: Variant, scale: Mapping[str, int], least: int = 2) -> list[Alone]:
    """Return what of *variant* prepares something at its start, and is to run often enough.

    Args:
        variant: What is to run.
        scale: Service to replicas, instead of what the file says.
        least: How many replicas there must be; 1 where others run on other hosts.

    Raises:
        UserError: See `replicas`.
    """
    wanted = replicas(variant, scale)
    return [
        group
        for group in _preparing(variant)
        if sum(wanted.get(name, 0) for name in group.services) >= least
    ]


def _preparing(variant: Variant) -> Iterator[Alone]:
    balanced = set()
    for balancer in (service for service in variant if service.identity.is_balancer):
        names = [name for name in balancer.identity.replicas if name in variant.services]
        balanced.update(names)
        found = [prepares(variant.services[name].model, name) for name in names]
        if any(found):
            image = balancer.keys.get("image")
            ports = tuple(balancer.identity.listens)
            image = image if isinstance(image, str) else ""
            yield Alone(tuple(names), next(filter(None, found)), ports, image)
    for service in variant:
        if service.name in balanced or "healthcheck" not in service.keys:
            continue  # nothing would tell when the first one is ready
        if what := prepares(service.model, service.name):
            yield Alone((service.name,), what)


def start_first(
    site: Site,
    groups: Sequence[Alone],
    words: Sequence[str],
    within_s: float = HEALTHY_WITHIN_S,
) -> Iterator[Event]:
    """Start the first replica of each of *groups* of which none serves yet.

    Args:
        site: Where.
        groups: See `alone`.
        words: What ``up`` is told, besides replicas.
        within_s: Seconds to wait at least until it is healthy.

    Raises:
        UserError: It ends, is unhealthy, or neither in time; the error quotes its log.
        HostError: Docker or Compose does not answer, or refuses.
    """
    try:
        for group in groups:
            yield from _start(site, group, words, within_s)
    except HostError:
        raise
    except UserError as error:
        fix = "correct its image, its command or its healthcheck; no other has been started"
        raise UserError(error.what, fix=fix) from error


def _start(site: Site, group: Alone, words: Sequence[str], within_s: float) -> Iterator[Event]:
    begin_s = time.monotonic()
    there = site.containers(*group.services)
    if len(there) > 1 or any(_serves(site, group, one) for one in there):
        return  # it has been prepared, or is no longer to be done by the first one
    first = group.services[0]
    # What else runs is left as it is; but one that does not serve is made anew if it was changed.
    kept = () if there else ("--no-recreate",)
    given = ("--detach", *kept, *words, "--scale", f"{first}=1", first)
    yield from follow(site, "up", *given)
    one = site.containers(first)[0]
    detail = f"alone, since it runs `{group.prepares}` before it serves"
    yield Changed(one.name, "started", host=site.host, detail=detail)
    if one.health:
        await_healthy(site, one, within_s)
    elif group.ports and group.image:
        _await_listening(site, group, one, within_s)
    else:
        return  # nothing tells when it is ready
    yield Changed(one.name, "healthy", time.monotonic() - begin_s, site.host)


def _serves(site: Site, group: Alone, one: Container) -> bool:
    if one.health or not (group.ports and group.image):
        return one.running and one.health in {"", "healthy"}
    return one.running and listens(site, one, group.image, group.ports)


def _await_listening(site: Site, group: Alone, one: Container, within_s: float) -> None:
    try:
        site.docker("image", "inspect", group.image)
    except HostError:
        site.docker("pull", group.image, within_s=START_WITHIN_S)
    begin_s = time.monotonic()
    now = one

    def settled() -> bool:
        nonlocal now
        now = next(iter(site.known(one.id)), one)
        return not now.running or listens(site, now, group.image, group.ports)

    if not until(settled, within_s) or not now.running:
        raise never_healthy(site, now, time.monotonic() - begin_s)
