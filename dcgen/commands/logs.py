"""``dcgen logs``: what the services wrote."""

from collections.abc import Sequence

import click

from dcgen.commands.completion import running
from dcgen.commands.compose import compose
from dcgen.commands.target import target, target_options
from dcgen.progress import Progress
from engine.process import run as processes
from engine.variant import Variant, parse
from faults import Place, UserError


@click.command(epilog="Example: dcgen logs -f generated.yml --tail 20 worker")
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@click.option("--follow", is_flag=True, help="Go on as long as it runs.")
@click.option("--tail", type=click.IntRange(min=0), metavar="N", help="Only the last N lines.")
def logs(  # noqa: PLR0913 - click hands over one argument per option
    services: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[str, ...],
    *,
    quiet: bool,
    follow: bool,
    tail: int | None,
) -> None:
    """Show what the services said."""
    found = target(files, engine, hosts, starting=False)
    progress = Progress(quiet=quiet, verb="read")
    if found.engine == "docker":
        words = ["--follow"] * follow + ([] if tail is None else ["--tail", str(tail)])
        compose(found, progress, "logs", *words, *services)
        return
    _require_services(parse(found.source.text, found.path), services)
    chosen = frozenset(services)
    for line in processes.logs(found.path, services=chosen, tail=tail, follow=follow):
        progress.show(line)


def _require_services(variant: Variant, names: Sequence[str]) -> None:
    for name in names:
        if not {name, name.partition(".")[0]} & variant.services.keys():
            raise UserError(
                f"no service named {name!r}",
                fix=f"choose one of: {', '.join(variant.services)}",
                where=Place(str(variant.file)),
            )
