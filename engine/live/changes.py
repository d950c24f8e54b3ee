"""What must be another container than the one that runs, replaced while its clients go on."""

from collections.abc import Iterator, Sequence

from engine.docker.containers import Site
from engine.events import Changed
from engine.live.give_back import give_back
from engine.live.handover import Patience
from engine.live.recreate import renew
from engine.live.takeover import take_over
from engine.variant import Variant


def replace_changed(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed]:
    """Replace what *variant* has otherwise than it runs on *site*, each in its own way.

    Args:
        site: Where the variant is to run.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait, and what may begin anew.

    Raises:
        UserError: A new container does not become healthy; what runs goes on.
        HostError: Docker or Compose does not answer, or refuses.
    """
    yield from give_back(site, variant, words, patience)
    yield from take_over(site, variant, words, patience)
    yield from renew(site, variant, words)
