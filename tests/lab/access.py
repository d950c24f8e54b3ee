"""Whether a lab can be had here, and if not, why and how to get one."""

from faults import HostError
from tests.lab import packages, today

INSTALL = "python -m tests.lab install"


def obstacle(*, installed: bool = True) -> tuple[str, str] | None:
    """Return why there can be no lab and what mends it; None if nothing stands in the way.

    Args:
        installed: Whether a package that is missing counts as an obstacle.
    """
    reason = packages.impossible()
    if reason:
        return reason, "run this as root on Linux"
    if not installed:
        return None
    if absent := packages.missing():
        return f"not installed: {', '.join(absent)}", f"as root: {INSTALL}"
    if not packages.plugin_works(packages.tools()):
        oldest = ".".join(map(str, packages.OLDEST_COMPOSE))
        return f"no Docker Compose of at least {oldest}", f"as root: {INSTALL}"
    if not today.there(packages.cache()):
        return f"no Docker of {today.SUITE} in {packages.cache()}", f"as root: {INSTALL}"
    return None


def require(*, installed: bool = True) -> None:
    """Return if a lab can be had.

    Raises:
        HostError: It cannot; the error says why and what mends it.
    """
    if found := obstacle(installed=installed):
        what, fix = found
        raise HostError(what, fix=fix)
