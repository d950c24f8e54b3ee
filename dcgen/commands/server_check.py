"""Let the API server of a cluster judge manifests, and say its answer with lines of the file."""

import re
from collections.abc import Sequence

import click

from engine.cluster import refusals
from faults import UserError, printable
from generator.targets.kubernetes.objects import Object, one_file

_QUOTED = re.compile(r'"([a-z0-9][a-z0-9.-]*)"')


def check_on_server(objects: Sequence[Object]) -> None:
    """Ask the API server whether it takes *objects*; nothing is kept there.

    Raises:
        UserError: It refuses one.
        HostError: No API server can be asked.
    """
    refused = refusals(one_file(objects))
    if not refused:
        return
    for line in refused[1:]:
        click.echo(printable(_with_line(line, objects)), err=True)
    more = f" ({len(refused)} in all)" if len(refused) > 1 else ""
    raise UserError(
        f"{_with_line(refused[0], objects)}{more}",
        fix="change that in the Compose file; a namespace that is missing is made by `kubectl"
        " create namespace NAME`",
    )


def _with_line(text: str, objects: Sequence[Object]) -> str:
    names = set(_QUOTED.findall(text))
    lowered = text.lower()
    found = [one for one in objects if one.name in names and one.kind.lower() in lowered]
    found += [one for one in objects if one.name in names]
    return f"{found[0].where}: {text}" if found else text
