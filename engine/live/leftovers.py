"""Replicas that a variant no longer has: nobody leads to them."""

import time
from collections.abc import Collection, Iterator

from composefile import labels
from engine.docker.containers import Site
from engine.events import Changed
from engine.variant import Variant


def remove_left_over(
    site: Site, variant: Variant, project: str, scaled: Collection[str]
) -> Iterator[Changed]:
    """Remove the replicas of *scaled* that *variant* has no service for.

    Args:
        site: Where they run.
        variant: As it is now.
        project: The Compose project that they belong to.
        scaled: The services that they were made from.

    Raises:
        HostError: Docker does not answer, or refuses.
    """
    begin_s = time.monotonic()
    left = [
        one
        for one in site.labelled(project, f"{labels.ROLE}={labels.REPLICA}")
        if one.service not in variant.services and one.identity.service in scaled
    ]
    site.remove(left)
    for one in left:
        yield Changed(one.name, "removed", time.monotonic() - begin_s, site.host, one.leaves)
