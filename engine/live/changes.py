"""What must be another container than the one that runs, replaced while its clients go on."""

import time
from collections.abc import Iterator, Sequence

from engine.docker.containers import Site
from engine.events import Changed
from engine.live.dependents import dependents
from engine.live.due import make_ready
from engine.live.give_back import give_back
from engine.live.handover import Patience
from engine.live.health import await_healthy
from engine.live.leftovers import remove_left_over
from engine.live.recreate import renew
from engine.live.takeover import Takeover
from engine.underway import Underway
from engine.variant import Variant


def replace_changed(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed | Underway]:
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
    lost: list[str] = []
    for change in (give_back, _take_over):
        for event in change(site, variant, words, patience):
            if isinstance(event, Changed) and event.what == "moved":
                lost.append(event.name)
            yield event
    yield from renew(site, variant, words)
    if patience.restarts:
        names = [other for name in lost for other in dependents(variant.services[name])]
        yield from restart(site, list(dict.fromkeys(names)), patience.healthy_s)


def _take_over(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed | Underway]:
    due, words = yield from make_ready(site, variant, words, patience)
    for service, old in due:
        yield from Takeover(site, service, old, words, patience).run()
        yield from remove_left_over(site, variant, old.project, {service.name})


def restart(site: Site, names: Sequence[str], healthy_s: float) -> Iterator[Changed]:
    """Restart each container of the services *names* that runs, one after the other.

    Args:
        site: Where.
        names: Services.
        healthy_s: Seconds to wait at least until one is healthy, before the next one's turn.

    Raises:
        UserError: One ends or is unhealthy.
        HostError: Docker or Compose does not answer, or refuses.
    """
    for one in site.running(*names):
        begin_s = time.monotonic()
        site.docker("restart", one.id, within_s=60.0 + one.grace_s)
        await_healthy(site, one, healthy_s)
        yield Changed(one.name, "restarted", time.monotonic() - begin_s, site.host)
