"""The balancers that are due: their replicas are made ready while what runs goes on serving."""

import time
from collections.abc import Generator, Iterator, Sequence

from engine.docker.containers import Container, Site
from engine.docker.following import fetch, follow
from engine.events import Changed
from engine.live.handover import Patience
from engine.live.health import await_healthy
from engine.live.stale import Made, stale
from engine.replicas import replicas
from engine.underway import Underway
from engine.variant import Service, Variant
from faults import UserError


def make_ready(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Generator[Changed | Underway, None, tuple[list[Made], list[str]]]:
    """Start the replicas of the balancers of *variant* that are to take over on *site*.

    They take over from applications that run without one, and from balancers that were changed.

    Args:
        site: Where the variant is to run.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait, and what may begin anew.

    Returns:
        Each such balancer with the container that it takes over from, and *words* with as many
        replicas as there are by then.

    Raises:
        UserError: The replicas would not have the data of the application, or do not become
            healthy; it runs as before.
        HostError: Docker or Compose does not answer, or refuses.
    """
    found = _to_replace(site, variant)
    if not found:
        return found, [*words]
    for service, old in found if not patience.renew_volumes else ():
        if not old.identity.is_proxy:
            _require_data(variant, service, old)
    names = [name for service, _ in found for name in service.identity.replicas]
    begin_s = time.monotonic()
    words = [*words, *_no_fewer(site, variant, found)]
    yield from follow(site, "up", "--detach", "--no-recreate", *words, *names)
    for service, _ in found:
        if isinstance(image := service.keys.get("image"), str):
            yield from fetch(site, service.name, image)
    for one in site.containers(*names):
        await_healthy(site, one, patience.healthy_s)
        yield Changed(one.name, "healthy", time.monotonic() - begin_s, site.host)
    return found, words


def _to_replace(site: Site, variant: Variant) -> list[Made]:
    found = [
        (service, one)
        for service in (s for s in variant if s.identity.is_balancer)
        for one in site.running(service.name)[:1]
    ]
    changed = stale(site, [made for made in found if made[1].identity.is_proxy])
    return [made for made in found if not made[1].identity.is_proxy or made in changed]


def _no_fewer(site: Site, variant: Variant, found: Sequence[Made]) -> Iterator[str]:
    # Compose would end replicas that are too many while they work.
    wanted = replicas(variant, {})
    for name in (name for service, _ in found for name in service.identity.replicas):
        if (now := len(site.running(name))) > wanted[name]:
            yield from ("--scale", f"{name}={now}")


def _require_data(variant: Variant, service: Service, old: Container) -> None:
    replica = variant.services[service.identity.replicas[0]]
    paths = old.lost(replica.keys.get("volumes"))
    if paths:
        raise UserError(
            f"'{service.name}' has data in volumes without a name ({', '.join(paths)}), which its"
            " replicas would not have",
            fix=f"give it one in the Compose file (`volumes: [NAME:{paths[0]}]`), copy there what"
            f" volume {old.volumes[paths[0]][:12]} has; or give `--renew-anon-volumes`, if replicas"
            " may begin with empty ones",
            where=replica.where("volumes"),
        )
