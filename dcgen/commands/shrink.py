"""What `dcgen up` does before Compose: let the replicas that are to go finish their work."""

from collections.abc import Mapping

from dcgen.commands.live import place
from dcgen.commands.target import Target
from dcgen.progress import Progress
from engine import drain
from engine.containers import Site
from engine.runtime import is_dynamic


def shrink(found: Target, scale: Mapping[str, int], deadline_s: float, progress: Progress) -> None:
    """Drain and remove the replicas that *found* has no place for any more, on all its hosts.

    Only of balancers that find them by DNS; the others are recreated with another list.
    """
    if found.source.path is None:
        return
    where = place(found)
    if not any(map(is_dynamic, where.variant)):
        return
    for service, slots in drain.too_few_slots(where.variant, scale):
        progress.say(f"{service}: room for {slots} replicas, the others will serve nobody")

    def act(site: Site | None) -> None:
        if site:
            for event in drain.shrink(site, where.variant, scale, deadline_s):
                progress.show(event)

    where.each(act)
