"""Shell completion of service names: those of the Compose file that the command would read."""

import click
from click.shell_completion import CompletionItem

from composefile.document import load
from dcgen import source
from faults import UserError


def services(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the services whose names begin with *incomplete*; none if there is no file."""
    try:
        path = source.find(tuple(ctx.params.get("file") or ()))[0]
        if path is None:
            return []
        given = source.read(path)
        names = load(given.text, given.name).names
    except UserError:
        return []  # a message would land in the middle of the command line
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
