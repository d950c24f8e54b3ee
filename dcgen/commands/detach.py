"""``dcgen detach``: a service alone, to run it elsewhere."""

import contextlib
import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from dcgen.commands.completion import services
from dcgen.commands.options import making_options
from dcgen.commands.pipeline import make
from dcgen.commands.steps import Step
from dcgen.commands.variant_command import VariantCommand
from faults import UsageError, UserError
from generator.services.published import Publish
from generator.targets.table import TARGETS
from generator.transforms import detach as transform
from lb.address import LAST_PORT, Address


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:  # noqa: ARG001 - see steps
    service, publish = given["service"], _publication(given["publish"])
    step = partial(transform.detach, service=service, publish=publish)
    return [Step(service, step, f"{service}: detached", shlex.quote(service), stays=False)]


@click.command(
    cls=VariantCommand,
    steps=_steps,
    epilog="Example: dcgen detach redis --publish 6379 && docker compose -f redis.yml up",
)
@click.argument("service", shell_complete=services)
@click.option(
    "--publish",
    metavar="[ADDRESS:]PORT | random | host",
    help="Host port of its first port.  [default: as it is, else the same port]",
)
@making_options
def detach(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Write SERVICE alone into its own file, to run it elsewhere (SERVICE.yml)."""
    if TARGETS[given["target"]].on_top:
        raise UsageError("`detach` writes a file of its own", fix="leave out `--overlay`")
    steps = _steps(given, several=False)
    make(steps, given, default=f"{given['service']}.yml", there=True)


def _publication(value: str | None) -> Publish:
    if value is None:
        return None
    if value == "random":
        return "random"
    if value == "host":
        return "host"
    if value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= LAST_PORT:
        return int(value)
    with contextlib.suppress(UserError):
        address = Address.parse(value)
        if not address.is_name:
            return address
    fix = f"give 1 to {LAST_PORT}, ADDRESS:PORT, `random` or `host`"
    raise UsageError(f"{value!r} is not a host port", fix=fix)
