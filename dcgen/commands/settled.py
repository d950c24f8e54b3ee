"""Options that a command finds out: they count, and are recorded, as if they had been given."""

from collections.abc import Mapping

import click
from click.core import ParameterSource


def settled(found: Mapping[str, object]) -> Mapping[str, object]:
    """Let this command have the options *found*, and return them.

    A file is made again from what is recorded, without asking a host or reading another file.
    """
    ctx = click.get_current_context()
    for name, value in found.items():
        ctx.params[name] = value
        ctx.set_parameter_source(name, ParameterSource.COMMANDLINE)
    return found
