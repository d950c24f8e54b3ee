"""Remove what killed runs of ``dcgen advise`` have left."""

from collections.abc import Sequence

from engine import runs
from engine.docker import compose as docker
from engine.hosts import DEFAULT_HOST, Host
from engine.trial.processes import sweep as swept_here
from engine.trial.projects import sweep as swept_there


def cleaned(engine: str, hosts: Sequence[Host]) -> str:
    """Remove it, and return the sentence that says what that was.

    Args:
        engine: ``auto``, ``docker`` or ``process``.
        hosts: Docker hosts; empty for the default one.

    Raises:
        HostError: Docker was asked for, and does not answer.
    """
    processes = swept_here() if engine != "docker" else 0
    folders = runs.forget_trials() if engine != "docker" else 0
    projects = 0
    if engine == "docker" or hosts or (engine == "auto" and not docker.trouble()):
        projects = sum(swept_there(host) for host in hosts or (DEFAULT_HOST,))
    counts = {"processes": processes, "folders": folders, "projects": projects}
    found = [f"{number} {what}" for what, number in counts.items() if number]
    return (
        f"removed {' and '.join(found)} of runs that were killed" if found else "nothing was left"
    )
