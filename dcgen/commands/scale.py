"""``dcgen scale``: replicas behind a balancer."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import counts
from dcgen.commands.completion import services
from dcgen.commands.options import (
    balancing_options,
    making_options,
    option_words,
    proxy_options,
)
from dcgen.commands.pipeline import Making, Step, make
from generator.result import Settings
from generator.transforms import scale as transform


@click.command(epilog="Example: dcgen scale rng=3 hasher=2 -f compose.yml -o scaled.yml")
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE N | SERVICE=N…", shell_complete=services
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=click.IntRange(1, 65535),
    help="Container port to balance; repeatable.  [default: found in the file]",
)
@click.option(
    "--dynamic/--static",
    default=None,
    help="One service for all replicas, found by DNS: scaling it changes nothing else.  [static]",
)
@click.option(
    "--health",
    type=click.Choice(["from-healthcheck"]),
    help="Ask by HTTP what the service's own healthcheck asks.  [a connection is opened]",
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
    settings = Settings(lb_config, lb_image, ports, option_words(making), dynamic, bool(health))
    steps = [
        Step(
            name,
            partial(transform.scale, service=name, replicas=count, settings=settings),
            f"{name}: scaled to {count}",
        )
        for name, count in counts(what)
    ]
    make(steps, Making(**making))
