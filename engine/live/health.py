"""Wait until a container is healthy, with the patience that its own health check asks for."""

import time
from dataclasses import replace

from engine.docker.containers import Container, Site
from engine.waiting import until
from faults import UserError

_SETTLED = {"", "healthy", "unhealthy"}
_LINES = 5


def await_healthy(site: Site, new: Container, within_s: float) -> Container:
    """Return *new* as it is when its health check is content, or at once if it has none.

    Args:
        site: Where it runs.
        new: A container that was just started.
        within_s: Seconds to wait at least; longer if its health check may take longer.

    Raises:
        UserError: It ends, is unhealthy, or neither in time; the error quotes its log.
    """
    now, begin_s = new, time.monotonic()
    within_s = max(within_s, new.settles_s)

    def settled() -> bool:
        nonlocal now
        found = site.containers(new.service)
        now = next((one for one in found if one.id == new.id), replace(new, running=False))
        return not now.running or now.health in _SETTLED

    in_time = until(settled, within_s)
    if not in_time or not now.running or now.health == "unhealthy":
        raise never_healthy(site, now, time.monotonic() - begin_s)
    return now


def never_healthy(site: Site, new: Container, after_s: float) -> UserError:
    """Return the error for *new*, which was to be healthy and is not, *after_s* seconds."""
    fix = "correct its image or its healthcheck"
    if not new.running:
        state = "ended"
    elif new.health == "starting":
        state = "is still starting"
        fix += ", or give it longer with `--healthy-deadline`"
    else:
        state = f"is {new.health or 'not served'}"
    what = f"the new '{new.name}' {state} after {after_s:.0f} s{last_words(site, new)}"
    return UserError(what, fix=f"{fix}; the old replicas keep running")


def last_words(site: Site, container: Container) -> str:
    """Return the last lines of its log, to be put after a sentence; empty if it has none."""
    lines = site.logs(container, _LINES)
    return "; it says:" + "".join(f"\n  {line}" for line in lines) if lines else ""
