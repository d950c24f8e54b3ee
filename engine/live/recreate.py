"""Recreate ambassadors that are not as the file says, and nothing that depends on them.

Compose would recreate those, too, if it were told to start all.
"""

import time
from collections.abc import Iterator, Sequence

from composefile import labels
from engine.docker.containers import Site
from engine.docker.following import follow
from engine.events import Changed
from engine.live.running import on_docker
from engine.live.stale import stale
from engine.underway import Underway
from engine.variant import Variant


def renew(site: Site, variant: Variant, words: Sequence[str]) -> Iterator[Changed | Underway]:
    """Recreate the ambassadors on *site* that were made from another definition than *variant*'s.

    Args:
        site: Where the variant runs, perhaps.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.

    Raises:
        HostError: Docker or Compose does not answer, or refuses.
    """
    names = [service.name for service in variant if service.identity.role == labels.AMBASSADOR]
    lives = on_docker(variant, site, *names) if names else []
    changed = stale(site, [(one.service, one.container) for one in lives if one.container])
    if not changed:
        return
    yield from follow(site, "up", "--detach", "--no-recreate", *words)
    for service, _ in changed:
        begin_s = time.monotonic()
        # Not with --no-deps: Compose would note a definition without them, and recreate it again.
        yield from follow(site, "up", "--detach", service.name)
        yield Changed(service.name, "recreated", time.monotonic() - begin_s, site.host)
