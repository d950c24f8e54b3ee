"""Data that each replica keeps for itself, in a volume that its image asks for, as Docker says it.

What the file, the Dockerfile or the table of well-known images say was said when it was scaled.
"""

from collections.abc import Iterator

from composefile.nameless import nameless_volumes
from engine.docker.containers import Site
from engine.events import Notice
from engine.live.kept_open import looking
from engine.variant import Variant


def own_volumes(site: Site, variant: Variant) -> Iterator[Notice]:
    """Yield which services of *variant* have several replicas on *site* that share no data.

    Raises:
        HostError: Docker or Compose does not answer.
    """
    balancers = [s for s in variant if s.identity.is_balancer]
    if not balancers:
        return
    with looking(site) as seen:
        running = seen.running(*(name for s in balancers for name in s.identity.replicas))
    for balancer in balancers:
        services = balancer.identity.replicas
        mine = [one for one in running if one.service in services]
        known = nameless_volumes(variant.services[services[0]].model, services[0])
        paths = sorted({path for one in mine for path in one.volumes} - set(known))
        if len(mine) > 1 and paths:
            yield Notice(
                f"{balancer.name}: each replica has a volume of its own for {', '.join(paths)};"
                f" to share one: `volumes: [{balancer.name}-data:{paths[0]}]` in the Compose file"
            )
