"""``dcgen scale``: replicas behind a balancer."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import counts
from dcgen.commands.completion import services
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.options import (
    PORT,
    balancing_options,
    making_options,
    proxy_options,
    proxy_settings,
)
from dcgen.commands.pipeline import Making, make
from dcgen.commands.steps import Step
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
    type=PORT,
    metavar="PORT",
    help="Container port to balance; repeatable.  [default: found in the file]",
)
@click.option(
    "--dynamic/--static",
    default=None,
    help="Find replicas by DNS: `--scale` changes their number at run time.  [static]",
)
@click.option(
    "--balancer/--no-balancer",
    default=True,
    help="Put an HAProxy in front of the replicas, or none.  [if a port is known]",
)
@click.option(
    "--health",
    type=click.Choice(["from-healthcheck"]),
    help="Use the HTTP request of the service's healthcheck.  [a TCP connection]",
)
@balancing_options
@proxy_options
@making_options
def scale(what: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Run SERVICE N times behind an HAProxy that takes over its name."""
    wanted = counts(what)
    settings = Settings(
        ports=given.pop("ports"),
        dynamic=given.pop("dynamic"),
        derive_health=bool(given.pop("health")),
        balancer=given.pop("balancer"),
        for_others=len(wanted) > 1,
        **proxy_settings(given),
    )
    steps = [
        Step(
            name,
            partial(transform.scale, service=name, replicas=count, settings=settings),
            f"{name}: scaled to {count}",
        )
        for name, count in wanted
    ]
    make(steps, Making(**given))
