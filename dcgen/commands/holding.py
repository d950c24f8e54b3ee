"""The lock of a command that changes a project on Docker hosts: it is given back at its end."""

from collections.abc import Iterable

import click

from dcgen.signals import ended_by_signals
from engine.hosts import Host


def hold(project: str, hosts: Iterable[Host]) -> None:
    """Hold the lock on *project* until the command ends, however it ends.

    On hosts that were named: what Docker takes by default is this machine's, or one person's.

    Raises:
        HostError: Somebody else changes it on one of *hosts*.
    """
    named = [host for host in hosts if host.address]
    if not named:
        return
    from engine.hosts.lock import locked  # noqa: PLC0415 - most commands run on this machine

    context = click.get_current_context()
    context.with_resource(ended_by_signals())
    context.with_resource(locked(named, project))
