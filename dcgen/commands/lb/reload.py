"""``dcgen lb reload``: the configuration of the file, without losing a connection."""

from typing import Any

import click

from dcgen.commands.completion import running
from dcgen.commands.location import called, where_given
from dcgen.commands.target import RunCommand, target_options
from engine.docker.containers import Site
from engine.live import reload as reloading
from engine.live.configuration import configuration


@click.command(
    cls=RunCommand,
    epilog="Example: dcgen lb reload rng -f generated.yml",
)
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
def reload(services: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Reload running balancers with the configuration in the file; no connection is lost.

    HAProxy checks it first, and keeps the old one if it refuses the new one.
    """
    where = where_given(given)

    def act(site: Site | None) -> list[reloading.Reloaded]:
        return [
            reloading.reload(live, configuration(where.variant, live.service))
            for live in where.lives(site, *services)
        ]

    for one in [one for found in where.each(act) for one in found]:
        what = f"reloaded after {one.after_s:.1f} s" if one.changed else "unchanged"
        if one.left:
            limit = f"for {one.left_for} at most" if one.left_for else "until they end"
            what += f"; {one.left} open connections stay with the old worker, {limit}"
        if not quiet:
            click.echo(f"{called(one.host, one.name)}: {what}", err=True)
