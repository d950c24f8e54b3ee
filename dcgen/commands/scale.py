"""``dcgen scale``: replicas behind a balancer."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import counts
from dcgen.commands.completion import services
from dcgen.commands.grouped import PORT, GroupedCommand, within
from dcgen.commands.options import (
    balancing_options,
    chosen_options,
    making_options,
    proxy_options,
)
from dcgen.commands.pipeline import Making, Step, make
from generator.result import Settings
from generator.transforms import scale as transform


@click.command(
    cls=GroupedCommand, epilog="Example: dcgen scale rng=3 hasher=2 -f compose.yml -o scaled.yml"
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE N | SERVICE=N…", shell_complete=services
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=within(PORT),
    metavar="PORT",
    help="Container port to balance; repeatable.  [default: found in the file]",
)
@click.option(
    "--dynamic/--static",
    default=None,
    help="Find replicas by DNS: `--scale` changes their number at run time.  [static]",
)
@click.option(
    "--health",
    type=click.Choice(["from-healthcheck"]),
    help="Use the HTTP request of the service's healthcheck.  [a TCP connection]",
)
@balancing_options
@proxy_options
@making_options
def scale(
    what: tuple[str, ...],
    ports: tuple[int, ...],
    lb_config: Any,  # noqa: ANN401 - click has checked the choice
    lb_image: str | None,
    *,
    dynamic: bool | None,
    health: str | None,
    **making: Any,  # noqa: ANN401
) -> None:
    """Run SERVICE N times behind an HAProxy that takes over its name."""
    settings = Settings(lb_config, lb_image, ports, chosen_options(making), dynamic, bool(health))
    steps = [
        Step(
            name,
            partial(transform.scale, service=name, replicas=count, settings=settings),
            f"{name}: scaled to {count}",
        )
        for name, count in counts(what)
    ]
    make(steps, Making(**making))
