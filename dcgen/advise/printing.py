"""Print what was found: as text, as JSON, as a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from advise.answer import Advice
from advise.sweep import Measured
from dcgen.advise import page_file, table, words
from dcgen.columns import aligned


def advice(found: Advice, unit: str, given: Mapping[str, Any], files: Sequence[str]) -> None:
    """Print *found*, in the forms that the options *given* ask for.

    Args:
        found: What is advised.
        unit: What the goal counts.
        given: The options, by name.
        files: The Compose files.

    Raises:
        UserError: There is something else at the path of the page.
        HostError: The page cannot be written; all else is printed.
    """
    worth = given["worth"] / 100
    if given["as_json"]:
        made = [words.spelled(one) for one in words.commands(found, files)]
        click.echo(
            json.dumps({**asdict(found), "ending": found.ending.name.lower(), "commands": made})
        )
    else:
        _say(found, unit, worth, files)
    if given["html"]:  # last: what was measured is not lost with a page that cannot be written
        from dcgen.advise.page import page  # noqa: PLC0415 - few runs write one

        page_file.write(Path(given["html"]), page(found, unit, worth, files))


def _say(found: Advice, unit: str, worth: float, files: Sequence[str]) -> None:
    click.echo(aligned(table.rows(found)))
    click.echo()
    for line in table.graph(table.way(found)):
        click.echo(line)
    click.echo(f"\n{words.verdict(found, unit)}.")
    click.echo(f"Why not more: {words.reason(found, worth)}.")
    for name, why in found.untouched.items():
        click.echo(f"Not doubled: {name}: {why}.")
    for one in words.commands(found, files):
        click.echo(f"  {words.spelled(one)}")
    for line in words.arguments(found):
        click.echo(f"({line}.)")


def points(found: Sequence[Measured], service: str, *, as_json: bool) -> None:
    """Print the points of a sweep over *service*."""
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
    else:
        click.echo(aligned(table.points(found, service)))
