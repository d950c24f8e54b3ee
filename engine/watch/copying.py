"""Copy files into the containers of a service, all replicas of it."""

from collections.abc import Callable, Iterator, Sequence

from engine.docker.containers import Site
from engine.events import Changed, Notice
from engine.variant import Variant
from engine.watch.rules import Copy, original
from faults import HostError


def copy(
    site: Site, variant: Variant, copies: Sequence[Copy], refused: Callable[[str], object]
) -> Iterator[Changed | Notice]:
    """Copy each of *copies* into the containers of its service that run on *site*.

    Args:
        site: Where the variant runs.
        variant: What runs.
        copies: Files, and where they go.
        refused: Called with a service if a container of it has no folder for a file, or cannot be
            written to.
    """
    for one in copies:
        yield from _copied(site, variant, one, refused)


def _copied(
    site: Site, variant: Variant, one: Copy, refused: Callable[[str], object]
) -> Iterator[Changed | Notice]:
    names = [s.name for s in variant if original(s) == one.service and not s.identity.is_proxy]
    try:
        for container in site.running(*names):
            site.docker("cp", str(one.file), f"{container.id}:{one.to}")
            yield Changed(container.name, "updated", host=site.host, detail=one.to)
    except HostError as error:
        refused(one.service)
        yield Notice(f"{one.service}: {error.what}; it is built instead")
