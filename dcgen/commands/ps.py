"""``dcgen ps``: what runs."""

import click

from dcgen.commands.compose import compose
from dcgen.commands.json_text import json_text
from dcgen.commands.target import RunCommand, target, target_options
from dcgen.progress import Progress
from engine import runs
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen ps -f generated.yml --json")
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ps(
    files: tuple[str, ...], engine: str, hosts: tuple[Host, ...], *, quiet: bool, as_json: bool
) -> None:
    """List containers or processes: name, state, published ports."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        words = ["--format", "json"] if as_json else []
        compose(found, Progress(quiet=quiet, verb="listed"), "ps", *words)
        return
    running = runs.find(found.path)
    entries = running.entries if running else ()
    if as_json:
        click.echo(json_text(entries))
        return
    rows = [("NAME", "PID", "STATE", "RESTARTS", "PORTS")]
    rows += [(e.name, str(e.pid or "-"), e.state, str(e.restarts), e.ports) for e in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
