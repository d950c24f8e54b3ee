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

from composefile import labels
from composefile.preparing import prepares
from engine.docker.containers import Container, Site
from engine.events import Changed
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
    for balancer in (service for service in variant if service.identity.role == labels.BALANCER):
        names = [name for name in balancer.identity.replicas if name in variant.services]
        balanced.update(names)
        found = [prepares(variant.services[name].model, name) for name in names]
        if any(found):
            image = balancer.keys.get("image")
            ports = tuple(balancer.identity.listens)
            image = image if isinstance(image, str) else ""
            yield Alone(tuple(names), next(filter(None, found)), ports, image)
    for service in variant:
        if service.name in balanced or service.identity.is_proxy:
            continue
        if what := prepares(service.model, service.name):
            yield Alone((service.name,), what)


def start_first(
    site: Site,
    groups: Sequence[Alone],
    words: Sequence[str],
    within_s: float = HEALTHY_WITHIN_S,
) -> Iterator[Changed]:
    """Start the first replica of each of *groups* that none has been started of yet.

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


def _start(site: Site, group: Alone, words: Sequence[str], within_s: float) -> Iterator[Changed]:
    begin_s = time.monotonic()
    there = site.containers(*group.services)
    running = [one for one in there if one.running]
    if any(one.health in {"", "healthy"} for one in running) or len(there) > max(1, len(running)):
        return  # one serves, or several have been started before
    if not running:
        first = group.services[0]
        # What runs is left as it is; but one that ended is made anew if it was changed since.
        kept = () if there else ("--no-recreate",)
        given = ("--detach", *kept, *words, "--scale", f"{first}=1", first)
        site.run("up", *given, within_s=START_WITHIN_S)
        running = site.running(first) or site.containers(first)
        detail = f"alone, since it runs `{group.prepares}` before it serves"
        yield Changed(running[0].name, "started", host=site.host, detail=detail)
    for one in running[:1]:
        if one.health:
            await_healthy(site, one, within_s)
        elif not _listens(site, group, one, within_s):
            continue
        yield Changed(one.name, "healthy", time.monotonic() - begin_s, site.host)


def _listens(site: Site, group: Alone, one: Container, within_s: float) -> bool:
    # Returns whether it does; False at once if there is nothing to tell it by.
    if not group.ports or not group.image:
        return False
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
    return True
