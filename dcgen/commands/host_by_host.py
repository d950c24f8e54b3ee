"""A change that goes from host to host: what fails on one is not done to the next."""

import sys
from collections.abc import Callable, Sequence

import click

from dcgen.reporting import report
from engine.docker.containers import Site
from engine.events import Changed
from engine.hosts import Host
from faults import HostError, UserError


def host_by_host(
    sites: Sequence[Site], change: Callable[[Site], None], done: Sequence[Changed]
) -> None:
    """Do *change* on each of *sites*, one after the other; the first failure ends it.

    Of several hosts it is then told what is new and what is old.

    Args:
        sites: Each once.
        change: Adds to *done* what it has done.
        done: What was done so far.

    Raises:
        UserError: There is but one site, and *change* fails there.
        HostError: One of several does not answer; then nothing is done anywhere.
    """
    if len(sites) == 1:
        change(sites[0])
        return
    require_all([site.host for site in sites])
    number = 0
    try:
        for number, site in enumerate(sites):  # noqa: B007 - which one failed
            change(site)
    except UserError as error:
        code = report(error, str(sites[number].host))
        click.echo(progress_of([one.host for one in sites], number, done), err=True)
        sys.exit(code)
    except KeyboardInterrupt:
        click.echo(progress_of([one.host for one in sites], number, done), err=True)
        raise


def require_all(hosts: Sequence[Host]) -> None:
    """Return if all *hosts* answered when they were asked.

    Raises:
        HostError: One of them did not.
    """
    if gone := next((host.trouble for host in hosts if host.trouble), None):
        what = f"{gone.what}; nothing was changed on any host"
        raise HostError(what, fix=gone.fix)


def progress_of(hosts: Sequence[Host], failed: int, done: Sequence[Changed]) -> str:
    """Return how far a change came that failed on host number *failed*, in one line and a hint."""
    here = hosts[failed]
    replaced = [one.name for one in done if one.host == here and one.what == "replaced"]
    parts = [f"new on {_listed(hosts[:failed])}"] if failed else []
    parts += (
        [
            f"on {here} {', '.join(replaced)} {'is' if len(replaced) == 1 else 'are'} new"
            ", the other replicas are old"
        ]
        if replaced
        else []
    )
    old = hosts[failed + bool(replaced) :]
    parts += [f"old on {_listed(old)}"] if old else []
    rest = " ".join(f"--host {host}" for host in hosts[failed:])
    return f"{'; '.join(parts)}\n  the rest: the same command with {rest}"


def _listed(hosts: Sequence[Host]) -> str:
    return ", ".join(map(str, hosts))
