"""``dcgen logs``: what the services wrote."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from dcgen.commands.completion import running
from dcgen.commands.grouped import within
from dcgen.commands.known import require_services, with_replicas
from dcgen.commands.merged_logs import show_logs
from dcgen.commands.target import RunCommand, target, target_options
from dcgen.progress import Progress
from engine import runs
from engine.hosts import Host

LINES = within(click.IntRange(min=0))
_FILES = (".yml", ".yaml")


class LogsCommand(RunCommand):
    """A command that takes ``-f`` before what is no file for ``--follow``, as Compose does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*."""
        return super().parse_args(ctx, list(_followed(args)))


def _followed(args: Sequence[str]) -> Iterator[str]:
    for word, after in zip(args, [*args, ""][1:], strict=True):
        yield "--follow" if word == "-f" and not _is_file(after) else word


def _is_file(word: str) -> bool:
    # A file that is not there is still meant as one if it is spelled like one: it is an error.
    return word == "-" or "/" in word or word.endswith(_FILES) or Path(word).is_file()


@click.command(cls=LogsCommand, epilog="Example: dcgen logs --file generated.yml -f worker")
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@click.option("--follow", is_flag=True, help="Follow the output; -f without a file is the same.")
@click.option(
    "-n",
    "--tail",
    type=LINES,
    metavar="N",
    help="Show the last N lines only; on Docker, of each container.",
)
def logs(  # noqa: PLR0913 - click hands over one argument per option
    services: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    quiet: bool,
    follow: bool,
    tail: int | None,
) -> None:
    """Show the output of services, their replicas among it, or of one replica (worker-3).

    The output of all hosts is one stream by time, each line behind its host and its replica.
    """
    found = target(files, engine, hosts, starting=False, also_over=True)
    progress = Progress(quiet=quiet, verb="read")
    variant = found.variant()
    require_services(variant, services, replicas=True)
    services = tuple(with_replicas(variant, services))
    if found.engine == "docker":
        words = ["--follow"] * follow + ([] if tail is None else ["--tail", str(tail)])
        show_logs(found, words, services, progress)
        return
    chosen = frozenset(services)
    for line in runs.logs(found.path, services=chosen, tail=tail, follow=follow):
        progress.show(line)
