"""Replicas and networks that a variant no longer has: nobody leads to them."""

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from composefile import labels
from engine.docker.containers import LABEL, Container, Site
from engine.events import Changed
from engine.variant import Variant
from faults import HostError

_BALANCERS = ("ps", "--all", "--quiet", f"--filter=label={labels.ROLE}={labels.BALANCER}")


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


def has_balancers(site: Site) -> bool:
    """Tell whether there is a balancer on *site*, of any project, running or not.

    Raises:
        HostError: Docker does not answer.
    """
    return bool(site.docker(*_BALANCERS).split())


def networks_of(site: Site, project: str, old: Iterable[Container]) -> set[str]:
    """Return the networks of *old* and of all replicas of *project*: dcgen has made these.

    Raises:
        HostError: Docker does not answer.
    """
    ours = [*old, *site.labelled(project, labels.ROLE)]
    return {network for one in ours for network in one.addresses}


def remove_networks(
    site: Site, variant: Variant, project: str, names: Collection[str]
) -> Iterator[Changed]:
    """Remove those of *names* that Compose made for *project*, and that nobody uses any more.

    One that *variant* uses stays, and one that any container is in, even one that has ended.

    Raises:
        HostError: Docker does not answer.
    """
    used = {key for service in variant for key in service.model.networks(service.name) or {}}
    form = f'{{{{index .Labels "{LABEL}project"}}}} {{{{index .Labels "{LABEL}network"}}}}'
    for name in sorted(names):
        with suppress(HostError):  # it is gone, or somebody has just joined it
            said = site.docker("network", "inspect", "--format", form, name)
            owner, _, key = said.strip().partition(" ")
            there = site.docker("ps", "--all", "--quiet", "--filter", f"network={name}")
            if owner == project and key not in used and not there.strip():
                site.docker("network", "rm", name)
                yield Changed(name, "removed", host=site.host)
