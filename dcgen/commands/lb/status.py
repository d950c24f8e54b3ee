"""``dcgen lb status``: the servers of each balancer."""

from typing import Any

import click

from dcgen.columns import aligned
from dcgen.commands.completion import running
from dcgen.commands.json_text import json_text
from dcgen.commands.location import cluster_options, where_given
from dcgen.commands.target import RunCommand, target_options
from engine.live.status import Status
from engine.live.status import status as status_of


@click.command(
    cls=RunCommand,
    epilog="Example: dcgen lb status -f generated.yml --json",
)
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@cluster_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(services: tuple[str, ...], *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Show the servers of each balancer: health, sessions, queue, latency."""
    where = where_given(given, *services)
    where.require(*services)
    found = where.each(lambda site: status_of(where.lives(site, *services)))
    everything = [one for host in found for one in host]
    if as_json:
        click.echo(json_text(everything))
        return
    click.echo(aligned(_rows(everything)))
    for one in everything:
        if one.slots and not given["quiet"]:
            click.echo(_slots(one), err=True)


def _rows(found: list[Status]) -> list[tuple[str, ...]]:
    head = ("POOL", "SERVER", "ADDRESS", "HEALTH", "SESSIONS", "QUEUE", "TOTAL", "LATENCY")
    rows: list[tuple[str, ...]] = [
        (
            str(one.host),
            server.pool,
            server.name,
            server.address or "-",
            f"{server.status} {server.check}".strip(),
            str(server.sessions),
            str(server.queue),
            str(server.total),
            "-" if server.latency_ms is None else f"{server.latency_ms} ms",
        )
        for one in found
        for server in one.servers
    ]
    rows.insert(0, ("HOST", *head))
    return rows if any(row[0] for row in rows[1:]) else [row[1:] for row in rows]


def _slots(one: Status) -> str:
    pools = [server.pool for server in one.servers]
    used = max((pools.count(pool) for pool in pools), default=0)
    full = "; replicas beyond that receive no traffic: scale it with dcgen"
    return f"{one.service}: {used} of {one.slots} slots{full if used >= one.slots else ''}"
