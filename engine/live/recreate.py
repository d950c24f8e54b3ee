"""Recreate the balancers and ambassadors that were changed, and nothing that depends on them.

Compose 2.26 recreates whatever depends on a container that it recreates: ten workers would start
again because the balancer before them has one server more. So the new replicas are started first,
then the balancer alone is recreated, then the replicas that it no longer leads to are removed.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from engine.docker.containers import Site
from engine.events import Changed
from engine.live.leftovers import remove_left_over
from engine.live.reach import reachable
from engine.live.running import Live, differ, on_docker
from engine.variant import Variant
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
    scaled = {live.service.identity.service for live in lives}
    for project in {live.container.project for live in lives if live.container}:
        yield from remove_left_over(site, variant, project, scaled)


def _changed(site: Site, variant: Variant) -> list[Live]:
    names = [s.name for s in variant if s.identity.is_proxy and not s.identity.is_dynamic]
    found = on_docker(variant, site, *names) if names else []
    return [live for live in found if live.container and differ(live.service, live.container)]


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
