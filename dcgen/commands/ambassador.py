"""``dcgen ambassador``: a service elsewhere, at any address."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import addresses
from dcgen.commands.completion import services
from dcgen.commands.making import Making, Step, make
from dcgen.commands.options import making_options, option_words, proxy_options
from generator.transforms import ambassador as transform
from generator.variant import Settings


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml",
)
@click.argument(
    "what",
    nargs=-1,
    required=True,
    metavar="SERVICE=HOST:PORT…",
    type=click.UNPROCESSED,
    shell_complete=services,
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on; repeatable.  [default: found in the file]",
)
@proxy_options
@making_options
def ambassador(
    what: tuple[str, ...],
    ports: tuple[int, ...],
    lb_config: Any,  # noqa: ANN401 - click has checked the choice
    lb_image: str | None,
    **making: Any,  # noqa: ANN401
) -> None:
    """Put an HAProxy in the place of SERVICE that leads to HOST:PORT."""
    settings = Settings(lb_config, lb_image, ports, option_words(making))
    steps = [
        Step(
            name,
            partial(
                transform.ambassador,
                service=name,
                upstream=upstream,
                settings=settings,
            ),
            f"{name}: leads to {upstream}",
        )
        for name, upstream in addresses(what)
    ]
    make(steps, Making(**making))
