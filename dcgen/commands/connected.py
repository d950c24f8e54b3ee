"""The connections of a command to its Docker hosts: they end with it."""

from collections.abc import Sequence

import click

from engine.hosts import Host
from engine.hosts.connections import opened


def connected(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """Return *hosts*, those of ssh reached until the command ends, however it ends.

    One that cannot be reached says so when it is used: it must not stop the others.

    Raises:
        HostError: There is no ssh.
    """
    return click.get_current_context().with_resource(opened(hosts, _warn))


def _warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)
