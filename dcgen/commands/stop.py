"""``dcgen stop``: end what runs; containers and logs stay."""

import click

from dcgen.commands.compose import compose
from dcgen.commands.target import RunCommand, Target, parallel_option, target, target_options
from dcgen.progress import Progress
from engine import runs
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen stop -f generated.yml")
@target_options
@parallel_option
def stop(
    files: tuple[str, ...], engine: str, hosts: tuple[Host, ...], *, quiet: bool, parallel: int
) -> None:
    """Stop a variant; keep its containers, or its log."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        progress = Progress(quiet=quiet, verb="stopped")
        compose(found, progress, "stop", parallel=parallel, live=True)
    else:
        stop_processes(found, Progress(quiet=quiet))


def stop_processes(found: Target, progress: Progress) -> None:
    """End the processes of *found*, and say how many they were."""
    number = runs.stop(found.path)
    progress.say(
        f"{number} processes stopped" if number else f"{found.path} is not running on this host"
    )
