"""``dcgen drain``: take a variant off one host, to do without that host for a while."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from dcgen.commands.completion import hosts
from dcgen.commands.compose import compose
from dcgen.commands.named import alone
from dcgen.commands.target import RunCommand, Target, deadline_option, target, target_options
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.docker.listing import listed
from faults import UsageError


@click.command(cls=RunCommand, epilog="Example: dcgen drain node2 --hosts hosts.yml")
@click.argument("host", shell_complete=hosts)
@deadline_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask, whatever volumes are there.")
@target_options
def drain(host: str, *, deadline_s: float, yes: bool, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Take a variant off HOST: its balancers become idle, then its containers are stopped.

    A server that is not idle after --drain-deadline is stopped all the same. What the containers
    keep in volumes stays on HOST, and no other host has it: it is listed, and you are asked.
    Other hosts are not changed. `dcgen up -d --host HOST` starts the variant there again.

    HOST is one of --hosts or --host, else any Docker context or address.
    """
    from engine.live.leave import let_idle  # noqa: PLC0415 - not for the help

    if given["engine"] == "process":
        raise UsageError("processes are not on a host", fix="end them: dcgen stop")
    there = alone(host, given["hosts"])
    found = target(given["files"], "docker", (there,), starting=False)
    progress = Progress(quiet=quiet, verb="stopped")
    variant = found.variant()
    site = Site(found.compose(), found.hosts[0])
    before = [one for one in listed(site, variant.project) if one.state == "running"]
    if not before:
        progress.say(f"nothing of '{variant.project}' runs on '{there}'")
        return
    _agree(site, variant.project, yes=yes)
    found.hold()
    for event in let_idle(site, variant, deadline_s):
        progress.show(event)
    _stop(found, site, variant.project, progress)
    progress.say(f"{there}: {len(before)} containers stopped; other hosts were not changed")
    _tell_of_others(site, variant.project, progress)


def _agree(site: Site, project: str, *, yes: bool) -> None:
    from engine.live.leave import Kept, kept  # noqa: PLC0415 - not for the help

    data: Sequence[Kept] = kept(site, project)
    if not data or yes:
        return
    click.echo(f"data that stays on '{site.host}', and that no other host has:", err=True)
    for one in data:
        click.echo(f"  {one}", err=True)
    if not sys.stdin.isatty():
        what = f"the containers on '{site.host}' keep data there, and there is no terminal to ask"
        raise UsageError(what, fix="save what is needed, then: --yes")
    if not click.confirm("Stop the containers?", err=True):
        click.echo("nothing was stopped", err=True)
        sys.exit(1)


def _stop(found: Target, site: Site, project: str, progress: Progress) -> None:
    # By Compose, which knows who depends on whom; what the file no longer has is left to us.
    compose(found, progress, "stop")
    left = [one.name for one in listed(site, project) if one.state == "running"]
    if left:
        site.docker("stop", *left)


def _tell_of_others(site: Site, project: str, progress: Progress) -> None:
    from engine.live.leave import serving_others  # noqa: PLC0415 - the same

    for service in serving_others(site, project):
        progress.say(f"{site.host}: '{service}' still runs there: ambassadors may forward to it")
