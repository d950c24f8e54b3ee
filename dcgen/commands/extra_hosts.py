"""``dcgen extra-hosts``: a service elsewhere, at its own port."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import hosts
from dcgen.commands.completion import services
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.options import making_options
from dcgen.commands.pipeline import Making, make
from dcgen.commands.steps import Step
from generator.transforms import extra_hosts as transform


@click.command(
    "extra-hosts",
    cls=GroupedCommand,
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
def extra_hosts(what: tuple[str, ...], *, only_named: bool, **making: Any) -> None:  # noqa: ANN401 - click has checked them
    """Take SERVICE out; its consumers find it at IP by `extra_hosts`."""
    steps = [
        Step(
            name,
            partial(
                transform.extra_hosts,
                service=name,
                address=ip,
                only_named=only_named,
            ),
            f"{name}: at {ip}",
            stays=False,
        )
        for name, ip in hosts(what)
    ]
    make(steps, Making(**making))
