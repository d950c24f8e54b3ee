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
    """Reload running balancers with the configuration in the file; no request is lost.

    HAProxy checks it first, and keeps the old one if it refuses the new one. Connections that are
    open stay with the old worker as long as the service may take to stop; in the second half of
    that time they are ended one after the other.
    """
    where = where_given(given, *services)
    where.require(*services)

    def act(site: Site | None) -> list[reloading.Reloaded]:
        return [
            reloading.reload(live, configuration(where.variant, live.service))
            for live in where.lives(site, *services)
        ]

    for one in [one for found in where.each(act) for one in found]:
        what = f"reloaded after {one.after_s:.1f} s" if one.changed else "unchanged"
        what += kept(one)
        if not quiet:
            click.echo(f"{called(one.host, one.name)}: {what}", err=True)


def kept(one: reloading.Reloaded) -> str:
    """Return what is said of the connections that *one* leaves open; empty if it leaves none."""
    if not one.left:
        return ""
    said = f"; open connections that stay with the old worker: {one.left}"
    if not one.left_for:
        return f"{said}, until they end"
    if one.spread:
        return f"{said}, ended one after the other within {one.left_for}"
    return f"{said}, all ended after {one.left_for}: its image has no perl to end them one by one"
