"""``dcgen hosts``: what the Docker hosts are, and what of ours is there."""

from dataclasses import replace

import click

from dcgen.columns import aligned
from dcgen.commands.connected import connected, default
from dcgen.commands.json_text import json_text
from dcgen.commands.run_options import hosts_options
from dcgen.lazy_group import LazyGroup
from engine.docker import compose
from engine.hosts import Host
from engine.hosts.survey import Found, survey
from faults import HostError

SUMMARIES = {"unlock": "Show who changes a project, and take the lock away."}
_MIB = 1024 * 1024
_CLOCK_S = 1.0  # TLS and logs of several hosts bear less than this
_HEADINGS = (
    *("HOST", "ENGINE", "API", "IMAGES", "PLATFORM", "CPUS", "MEMORY", "CLOCK", "PROJECTS"),
)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    modules={name: f"dcgen.commands.hosts.{name}" for name in SUMMARIES},
    sections={"Commands": SUMMARIES},
    short_help="Show Docker hosts: reachable, versions, what runs there.",
    epilog="Example: dcgen hosts --hosts hosts.yml",
)
@hosts_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def hosts(ctx: click.Context, hosts: tuple[Host, ...], *, as_json: bool) -> None:
    """Show what Docker hosts are: reachable, versions, processor, clock, and projects of dcgen.

    CLOCK is how far the clock there is ahead of the one here. Free disk is not shown: Docker does
    not tell it. The exit code is 3 if a variant cannot run on one of them.
    """
    if ctx.invoked_subcommand:
        ctx.obj = hosts
        return
    found = survey(connected(hosts) or default(), compose.version())
    if as_json:
        click.echo(json_text(replace(one, host=Host(one.host.title)) for one in found))
    else:
        reached = [one for one in found if one.reached]
        if reached:
            click.echo(aligned([_HEADINGS, *map(_row, reached)]))
        _tell(found)
    if any(one.trouble for one in found):
        ctx.exit(HostError.exit_code)


def _row(one: Found) -> tuple[str, ...]:
    projects = [
        f"{project.name} {project.running}/{project.containers}"
        + (f" (changed by {project.locked_by})" if project.locked_by else "")
        for project in one.projects
    ]
    return (
        *(one.host.title, one.engine, one.api, one.image_store, f"{one.os}/{one.architecture}"),
        *(str(one.cpus), f"{one.memory_bytes // _MIB} MiB", _clock(one)),
        ", ".join(projects) or "-",
    )


def _clock(one: Found) -> str:
    return "-" if one.clock_s is None else f"{one.clock_s:+.1f} s"


def _tell(found: list[Found]) -> None:
    for one in found:
        if one.trouble:
            click.echo(f"{one.host.title}: {one.trouble}", err=True)
        if not one.encrypted:
            what = "is not encrypted, and who reaches it is root there; use ssh://, or TLS"
            click.echo(f"{one.host.title}: {one.host.endpoint} {what}", err=True)
        if one.clock_s is not None and abs(one.clock_s) > _CLOCK_S + (one.clock_within_s or 0):
            click.echo(f"{one.host.title}: its clock is {_clock(one)} off; run NTP there", err=True)
