"""``dcgen down``: stop a variant, and remove its containers and networks, or its log."""

import click

from dcgen.commands.compose import compose
from dcgen.commands.stop import stop_processes
from dcgen.commands.target import RunCommand, target, target_options
from dcgen.progress import Progress
from engine import runs
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen down -f generated.yml")
@target_options
def down(files: tuple[str, ...], engine: str, hosts: tuple[Host, ...], *, quiet: bool) -> None:
    """Stop a variant and remove its containers and networks, or its log."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        found.hold()
        compose(found, Progress(quiet=quiet, verb="removed"), "down")
    else:
        stop_processes(found, Progress(quiet=quiet))
        runs.forget(found.path)
