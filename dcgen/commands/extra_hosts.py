"""``dcgen extra-hosts``: a service elsewhere, at its own port."""

import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from composefile.model import Model
from dcgen.commands.assignments import hosts
from dcgen.commands.completion import services
from dcgen.commands.options import making_options
from dcgen.commands.pipeline import make
from dcgen.commands.steps import Step
from dcgen.commands.variant_command import VariantCommand
from generator.result import Variant
from generator.transforms import extra_hosts as transform


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:  # noqa: ARG001 - see steps
    only = given["only_named"]
    return [
        Step(
            name,
            partial(transform.extra_hosts, service=name, address=ip, only_named=only),
            f"{name}: at {ip}",
            shlex.quote(f"{name}={ip}"),
            stays=False,
            learn=partial(_learn, service=name, address=ip, only_named=only),
        )
        for name, ip in hosts(given["what"])
    ]


def _learn(model: Model, there: Model, **asked: Any) -> Variant:  # noqa: ANN401 - see learn
    from generator.services.learning import learn  # noqa: PLC0415 - few files include others

    return learn(model, there, **asked)


@click.command(
    "extra-hosts",
    cls=VariantCommand,
    steps=_steps,
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen extra-hosts --redis 192.0.2.7",
)
@click.argument(
    "what",
    nargs=-1,
    required=True,
    metavar="SERVICE=IP…",
    type=click.UNPROCESSED,
    shell_complete=services,
)
@click.option(
    "--only-named",
    is_flag=True,
    help="Change only services that name SERVICE, not all on its networks.",
)
@making_options
def extra_hosts(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Take SERVICE out; its consumers find it at IP by `extra_hosts`."""
    make(_steps(given, several=False), given)
