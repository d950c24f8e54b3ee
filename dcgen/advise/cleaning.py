"""Remove what killed runs of ``dcgen advise`` have left."""

from collections.abc import Sequence

from dcgen.commands.target import require_docker_for
from engine import runs
from engine.docker import compose as docker
from engine.hosts import DEFAULT_HOST, Host, contexts
from engine.trial.processes import sweep as swept_here
from engine.trial.projects import sweep as swept_there
from faults import HostError


def cleaned(engine: str, hosts: Sequence[Host]) -> str:
    """Remove it, and return the sentence that says what that was.

    Args:
        engine: ``auto``, ``docker`` or ``process``.
        hosts: Docker hosts; empty for the default one.

    Raises:
        UsageError: Hosts are named, and processes are asked for.
        HostError: Docker was asked for, or is expected here, and does not answer; all else is
            removed.
    """
    require_docker_for(hosts, engine)
    processes = swept_here() if engine != "docker" else 0
    folders = runs.forget_trials() if engine != "docker" else 0
    projects, trouble = 0, None
    if engine == "auto" and not hosts:
        trouble = docker.trouble()
    if engine != "process" and not trouble:
        projects = sum(swept_there(host) for host in hosts or (DEFAULT_HOST,))
    counts = {"processes": processes, "folders": folders, "projects": projects}
    found = [f"{number} {what}" for what, number in counts.items() if number]
    said = f"removed {' and '.join(found)} of runs that were killed" if found else ""
    if trouble and contexts.is_docker_expected():
        fix = "start Docker, or look for processes only: --engine process"
        raise HostError(trouble, fix=fix, reasons=(said,) if said else ())
    return said or "nothing was left"
