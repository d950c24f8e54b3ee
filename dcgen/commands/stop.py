"""``dcgen stop``: end what runs; containers and logs stay."""

import click

from dcgen.commands.compose import compose
from dcgen.commands.target import Target, target, target_options
from dcgen.progress import Progress
from engine.process import run as processes


@click.command(epilog="Example: dcgen stop -f generated.yml")
@target_options
def stop(files: tuple[str, ...], engine: str, hosts: tuple[str, ...], *, quiet: bool) -> None:
    """Stop a variant; its containers, or its log, stay."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        compose(found, Progress(quiet=quiet, verb="stopped"), "stop")
    else:
        stop_processes(found, Progress(quiet=quiet))


def stop_processes(found: Target, progress: Progress) -> None:
    """End the processes of *found*, and say how many they were."""
    number = processes.stop(found.path)
    progress.say(f"{number} processes stopped" if number else f"{found.path} does not run here")
