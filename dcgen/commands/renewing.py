"""What ``up`` does with what is not as the file has it now, before Compose's own."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from engine.docker.containers import Site
from engine.docker.following import follow
from engine.events import Event
from engine.live.changes import replace_changed
from engine.live.handover import Patience
from engine.live.kept_open import looking
from engine.live.rollout import Rollout
from engine.live.stale import stale
from engine.variant import Variant


def replace_others(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Event]:
    """Replace what runs on *site* and is not as *variant* has it, in the way that each needs.

    Args:
        site: Where the variant runs, perhaps.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait, and what may begin anew.

    Raises:
        UserError: A new container does not become healthy; the old ones go on.
        HostError: Docker or Compose does not answer, or refuses.
    """
    is_ours = any(service.identity.is_proxy for service in variant)
    with looking(site) if is_ours else nullcontext(site) as seen:
        yield from replace_changed(seen, variant, words, patience)
        yield from _replace_stale(seen, variant, words, patience)


def _replace_stale(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Event]:
    # One at a time: Compose would recreate all of them at once, and nobody would serve meanwhile.
    # Those with data in volumes without a name are left to Compose, which gives them to the new
    # container, as only one can have them.
    balancers = [service for service in variant if service.identity.is_balancer]
    running = site.running(*(name for one in balancers for name in one.identity.replicas))
    if not running:
        return
    if "--build" in words:
        names = dict.fromkeys(one.service for one in running)
        yield from follow(site, "build", *names)
    old = stale(site, [(variant.services[one.service], one) for one in running])
    for balancer in balancers:
        mine = {one.id: one for _, one in old if one.service in balancer.identity.replicas}
        volumes = {name: variant.services[name].keys.get("volumes") for name in variant.services}
        keeps = any(one.lost(volumes[one.service]) for one in mine.values())
        if mine and (patience.renew_volumes or not keeps):
            yield from Rollout(
                site,
                variant,
                balancer,
                healthy_within_s=patience.healthy_s,
                drain_within_s=patience.drain_s,
                renew_volumes=True,
                only=frozenset(mine),
            ).run()
