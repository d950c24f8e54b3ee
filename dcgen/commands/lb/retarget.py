"""``dcgen lb retarget``: another upstream for an ambassador, in the file and where it runs."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from ambassador import upstreams as far
from dcgen.commands.completion import running
from dcgen.commands.json_text import json_text
from dcgen.commands.lb.ambassador_file import require_ambassador, rewritten
from dcgen.commands.lb.looked_up import looked_up
from dcgen.commands.location import Place, called, where_given
from dcgen.commands.target import RunCommand, target_options
from engine.docker.containers import Site
from engine.live import retarget as retargeting
from engine.live.reach import require_reachable
from engine.live.retarget import Retargeted
from engine.variant import Variant
from lb.address import Address


@click.command(
    cls=RunCommand,
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen lb retarget redis=192.0.2.8:6379 -f generated.yml",
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE=HOST:[PORT]…", shell_complete=running
)
@click.option("--force", is_flag=True, help="Do not check that HOST:PORT accepts connections.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@target_options
def retarget(
    what: tuple[str, ...],
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401 - click checked them
) -> None:
    """Change the upstream of an ambassador, in the file and in the running HAProxy.

    All sessions with the old upstream are closed, so that nothing more is written there.
    redis=node2: looks for the container on that Docker host: of --hosts, a context, an address.
    """
    wanted = list(looked_up(what))  # what is wrong there needs nobody who runs
    where = where_given(given, *(name for name, _ in wanted))
    done: list[Retargeted] = []
    for name, upstream in wanted:
        require_ambassador(where.variant, name)
        if not force:
            where.each(_reaching(where, name, upstream))
        changed = rewritten(where.variant, name, upstream)
        for found in where.each(_retargeting(where, name, changed)):
            done += found
        if not (quiet or as_json):
            click.echo(
                f"{name}: forwards to {far.spell(upstream)}, in {where.variant.file}", err=True
            )
    if as_json:
        click.echo(json_text(done))
    for one in done if not (quiet or as_json) else ():
        click.echo(_said(one), err=True)


def _reaching(
    where: Place, name: str, upstream: Sequence[Address]
) -> Callable[[Site | None], None]:
    def act(site: Site | None) -> None:
        for live in where.lives(site, name):
            require_reachable(live, upstream[0])

    return act


def _retargeting(
    where: Place, name: str, changed: Variant
) -> Callable[[Site | None], list[Retargeted]]:
    def act(site: Site | None) -> list[Retargeted]:
        return [retargeting.retarget(live, changed) for live in where.lives(site, name)]

    return act


def _said(one: Retargeted) -> str:
    parts = [f"{one.closed} old sessions closed"]
    if one.blackout_ms is not None:
        parts.append(f"first answer after {one.blackout_ms} ms")
    if one.reloaded:
        parts.append("its HAProxy was reloaded")
    if not one.kept:
        parts.append("lost when it restarts; to keep it: dcgen up")
    return f"{called(one.host, one.name)}: {', '.join(parts)}"
