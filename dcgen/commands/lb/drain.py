"""``dcgen lb drain``: nothing new for servers, until they are idle."""

from typing import Any

import click

from dcgen.commands.completion import running
from dcgen.commands.location import cluster_options, where_given
from dcgen.commands.target import RunCommand, deadline_option, target_options
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.live import drain as draining
from faults import UserError


@click.command(
    cls=RunCommand,
    epilog="Example: dcgen lb drain rng2 -f generated.yml",
)
@click.argument("names", nargs=-1, required=True, metavar="SERVER|SERVICE…", shell_complete=running)
@deadline_option
@target_options
@cluster_options
def drain(names: tuple[str, ...], *, deadline_s: float, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Stop sending new connections to SERVER and wait until it is idle; `ready` undoes it."""
    where = where_given(given)
    where.require()
    where.hold()
    progress = Progress(quiet=quiet)

    def act(site: Site | None) -> bool:
        found = draining.chosen(where.lives(site), names)
        busy = False
        for event in draining.drain(found, deadline_s):
            progress.show(event)
            busy = busy or event.what == "busy"
        return busy

    if any(where.each(act)):
        raise UserError(
            f"some servers have open connections after {deadline_s:g} s; they receive no new ones",
            fix="wait longer with --drain-deadline, or list them: dcgen lb status",
        )
