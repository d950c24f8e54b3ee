"""Recreate the balancers and ambassadors that were changed, and nothing that depends on them.

Compose 2.26 recreates whatever depends on a container that it recreates: ten workers would start
again because the balancer before them has one server more. So the new replicas are started first,
then the balancer alone is recreated, then the replicas that it no longer leads to are removed.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from composefile import labels
from engine.docker.containers import Container, Site
from engine.events import Changed
from engine.live.reach import reachable
from engine.live.running import Live, on_docker
from engine.variant import Service, Variant
from engine.waiting import LISTEN_WITHIN_S, until
from lb.model import Address

_START_WITHIN_S = 1800.0  # an image may have to be built


def renew(site: Site, variant: Variant, words: Sequence[str]) -> Iterator[Changed]:
    """Recreate what runs on *site* and has another configuration than *variant* says.

    Balancers that find their replicas by DNS are left alone: nothing in them changes.

    Args:
        site: Where the variant runs, perhaps.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.

    Raises:
        HostError: Docker or Compose does not answer, or refuses.
    """
    lives = _changed(site, variant)
    if not lives:
        return
    site.run("up", "--detach", "--no-recreate", *words, within_s=_START_WITHIN_S)
    for live in lives:
        until(partial(_all_listen, site, live), LISTEN_WITHIN_S)
        begin_s = time.monotonic()
        # Not with --no-deps: Compose would note a definition without them, and recreate it again.
        site.run("up", "--detach", live.service.name, within_s=_START_WITHIN_S)
        yield Changed(live.service.name, "recreated", time.monotonic() - begin_s, site.host)
    begin_s = time.monotonic()
    left = _left_over(site, variant, lives)
    site.remove(left)
    for one in left:
        yield Changed(one.name, "removed", time.monotonic() - begin_s, site.host, one.leaves)


def _changed(site: Site, variant: Variant) -> list[Live]:
    names = [s.name for s in variant if s.identity.is_proxy and not s.identity.is_dynamic]
    found = on_docker(variant, site, *names) if names else []
    return [live for live in found if live.container and _differ(live.service, live.container)]


def _differ(service: Service, container: Container) -> bool:
    mine = {
        name: text
        for name, text in service.pairs("labels").items()
        if name.startswith(labels.PREFIX)
    }
    return mine != {n: text for n, text in container.labels.items() if n.startswith(labels.PREFIX)}


def _all_listen(site: Site, live: Live) -> bool:
    # Seen from the present balancer: it shares a network with each of its replicas.
    shared = live.container.addresses if live.container else {}
    served = live.service.identity.balances
    wanted = {
        Address(ip, port)
        for one in site.running(*dict(served))
        for network, ip in one.addresses.items()
        for name, port in served
        if name == one.service and network in shared and ip
    }
    return not wanted or set(reachable(live, sorted(wanted))) == wanted


def _left_over(site: Site, variant: Variant, lives: Sequence[Live]) -> list[Container]:
    scaled = {live.service.identity.service for live in lives}
    projects = {live.container.project for live in lives if live.container}
    return [
        one
        for project in projects
        for one in site.labelled(project, f"{labels.ROLE}={labels.REPLICA}")
        if one.service not in variant.services and one.identity.service in scaled
    ]
