"""``dcgen undo``: take a change back that made a generated file."""

from typing import Any

import click

from dcgen.commands.again import find, without
from dcgen.commands.completion import services
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.options import again_options
from dcgen.commands.pipeline import remake


@click.command(cls=GroupedCommand, epilog="Example: dcgen undo rng")
@click.argument("service", shell_complete=services)
@again_options
def undo(service: str, **given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Make the output again, without what was done to SERVICE."""
    made, making = find(given)
    remake(without(made, service), making)
