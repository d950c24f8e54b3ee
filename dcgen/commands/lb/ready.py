"""``dcgen lb ready``: let servers serve again."""

from typing import Any

import click

from dcgen.commands.completion import running
from dcgen.commands.location import called, cluster_options, where_given
from dcgen.commands.target import RunCommand, target_options
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.live import drain as draining


@click.command(
    cls=RunCommand,
    epilog="Example: dcgen lb ready rng2 -f generated.yml",
)
@click.argument("names", nargs=-1, required=True, metavar="SERVER|SERVICE…", shell_complete=running)
@target_options
@cluster_options
def ready(names: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Send new connections to SERVER again: undo `drain`."""
    where = where_given(given)
    where.require()
    progress = Progress(quiet=quiet)

    def act(site: Site | None) -> None:
        lives = where.lives(site)
        found = draining.chosen(lives, names)
        of_whole_balancers = [live for live in lives if live.service.name in names]
        draining.ready([*found, *draining.free_slots(of_whole_balancers)])
        for server in found:
            progress.say(f"{called(server.live.host, server.name)}: ready")

    where.each(act)
