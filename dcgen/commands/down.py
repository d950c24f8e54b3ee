"""``dcgen down``: stop a variant, and remove its containers and networks, or its log."""

import click

from dcgen.commands.compose import compose
from dcgen.commands.stop import stop_processes
from dcgen.commands.target import RunCommand, parallel_option, target, target_options
from dcgen.progress import Progress
from engine import runs
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen down -f generated.yml")
@target_options
@parallel_option
def down(
    files: tuple[str, ...], engine: str, hosts: tuple[Host, ...], *, quiet: bool, parallel: int
) -> None:
    """Stop a variant and remove its containers and networks, or its log."""
    found = target(files, engine, hosts, starting=False, also_over=True)
    if found.engine == "docker":
        found.hold()
        progress = Progress(quiet=quiet, verb="removed")
        compose(found, progress, "down", parallel=parallel, live=True)
    else:
        stop_processes(found, Progress(quiet=quiet))
        runs.forget(found.path)
