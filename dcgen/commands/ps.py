"""``dcgen ps``: what runs, on all hosts in one table."""

from collections.abc import Sequence

import click

from composefile import labels
from dcgen.columns import aligned
from dcgen.commands.json_text import json_text
from dcgen.commands.location import Place
from dcgen.commands.target import RunCommand, Target, target, target_options
from engine import runs
from engine.docker.containers import Site
from engine.docker.listing import Listed, listed, ordered
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen ps --hosts hosts.yml")
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ps(
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    quiet: bool,  # noqa: ARG001 - it prints nothing but the list
    as_json: bool,
) -> None:
    """List containers or processes: name, state, published ports.

    The containers of all hosts are in one table, stopped ones too, the replicas of a service below
    it. The exit code is 3 if a host does not answer.
    """
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        containers = _containers(found)
        click.echo(json_text(containers) if as_json else _table(containers))
        return
    running = runs.find(found.path)
    entries = running.entries if running else ()
    if as_json:
        click.echo(json_text(entries))
        return
    rows = [("NAME", "PID", "STATE", "RESTARTS", "PORTS")]
    rows += [(e.name, str(e.pid or "-"), e.state, str(e.restarts), e.ports) for e in entries]
    click.echo(aligned(rows))


def _containers(found: Target) -> list[Listed]:
    variant = found.variant()
    where = Place(variant, tuple(Site((), host) for host in found.hosts))

    def of_host(site: Site | None) -> list[Listed]:
        return listed(site, variant.project) if site else []

    everywhere = [one for containers in where.each(of_host) for one in containers]
    return ordered(everywhere, list(variant.services))


def _table(containers: Sequence[Listed]) -> str:
    rows = [("SERVICE", "HOST", "CONTAINER", "STATUS", "PORTS"), *map(_row, containers)]
    named = any(one.host.address for one in containers)
    return aligned(row if named else (row[0], *row[2:]) for row in rows)


def _row(one: Listed) -> tuple[str, ...]:
    service = f"  {one.service}" if one.role == labels.REPLICA else one.service
    return (service, str(one.host), one.name, one.status, ", ".join(one.ports))
