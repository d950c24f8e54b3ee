"""The connections of a command to its Docker hosts: they end with it."""

from collections.abc import Iterable

import click

from dcgen.signals import ended_by_signals
from engine.hosts import Host


def answering(hosts: Iterable[Host], *, starting: bool) -> tuple[Host, ...]:
    """Return *hosts* as `connected` does; of several, those that do not answer say so at once.

    Raises:
        HostError: *starting*, and one of them cannot run a variant; or there is no ssh.
    """
    found = connected(hosts)
    if not found or (len(found) < 2 and not starting):  # noqa: PLR2004 - nothing waits for the only one
        return found
    from engine.hosts.fit import asked  # noqa: PLC0415 - most commands run on this machine

    return asked(found, starting=starting)


def connected(hosts: Iterable[Host]) -> tuple[Host, ...]:
    """Return *hosts*, each once, those of ssh reached until the command ends, however it ends.

    One that cannot be reached says so when it is used: it must not stop the others.

    Raises:
        HostError: There is no ssh.
    """
    once = tuple(dict.fromkeys(hosts))
    if not any(host.endpoint.startswith("ssh://") for host in once):
        return once
    from engine.hosts.connections import opened  # noqa: PLC0415 - most hosts need none

    context = click.get_current_context()
    context.with_resource(ended_by_signals())
    return context.with_resource(opened(once, _warn))


def default() -> tuple[Host, ...]:
    """Return the host that Docker takes by default, reached as `connected` does."""
    from engine.hosts import contexts  # noqa: PLC0415 - not where hosts are named, nor for processes

    return connected([contexts.default()])


def is_expected() -> bool:
    """Tell whether Docker belongs on this machine, though it does not answer."""
    from engine.hosts import contexts  # noqa: PLC0415 - only where it does not

    return contexts.is_docker_expected()


def _warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)
