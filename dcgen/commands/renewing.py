"""What ``up`` does with replicas that are not as the file has them now."""

from collections.abc import Iterator, Sequence

from engine.docker.containers import Site
from engine.docker.following import follow
from engine.events import Event
from engine.live.handover import Patience
from engine.live.rollout import Rollout
from engine.live.stale import stale
from engine.variant import Variant


def replace_stale(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Event]:
    """Replace the replicas on *site* that are not as *variant* has them, one at a time.

    Compose would recreate all of them at once: nobody would serve meanwhile.

    Those with data in volumes without a name are left to Compose, which gives them to the new
    container, as only one can have them.

    Args:
        site: Where the variant runs, perhaps.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait, and what may begin anew.

    Raises:
        UserError: A new replica does not become healthy; the old ones go on.
        HostError: Docker or Compose does not answer, or refuses.
    """
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
