"""Shell completion of service names: those of the Compose file that the command would read."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from dcgen import source
from faults import UserError


def services(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the services whose names begin with *incomplete*; none if there is no file."""
    try:
        names = _names(source.find(tuple(ctx.params.get("file") or ()))[0])
    except UserError:
        return []  # a message would land in the middle of the command line
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def running(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the same for a command on a running variant: a generated file comes first."""
    from dcgen.commands.target import find  # noqa: PLC0415 - only a shell needs it

    try:
        names = _names(find(tuple(ctx.params.get("files") or ()))[0])
    except UserError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _names(path: Path | None) -> list[str]:
    from composefile.document import load  # noqa: PLC0415 - only a shell needs it

    if path is None:
        return []
    given = source.read(path)
    return load(given.text, given.name).names
