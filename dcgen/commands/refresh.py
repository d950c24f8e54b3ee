"""``dcgen refresh``: make a generated file again, after its source has changed."""

from typing import Any

import click

from dcgen.commands.again import find
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.options import again_options
from dcgen.commands.pipeline import remake


@click.command(cls=GroupedCommand, epilog="Example: dcgen refresh --check")
@again_options
def refresh(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Make the output again from its source, by the commands that it records."""
    made, making = find(given)
    remake(made, making)
