"""``dcgen scale``: replicas behind a balancer."""

import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import counts
from dcgen.commands.completion import services
from dcgen.commands.options import (
    balancing_options,
    making_options,
    port_option,
    proxy_options,
    proxy_settings,
)
from dcgen.commands.pipeline import make
from dcgen.commands.steps import Step
from dcgen.commands.variant_command import VariantCommand
from generator.result import Settings
from generator.transforms import scale as transform


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:
    wanted = counts(given["what"])
    settings = Settings(
        ports=given["ports"],
        dynamic=given["dynamic"],
        derive_health=bool(given["health"]),
        balancer=given["balancer"],
        for_others=several or len(wanted) > 1,
        **proxy_settings(given),
    )
    return [
        Step(
            name,
            partial(transform.scale, service=name, replicas=count, settings=settings),
            f"{name}: scaled to {count}",
            shlex.quote(f"{name}={count}"),
        )
        for name, count in wanted
    ]


@click.command(
    cls=VariantCommand,
    steps=_steps,
    epilog="Example: dcgen scale rng=3 hasher=2 -f compose.yml -o scaled.yml",
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE N | SERVICE=N…", shell_complete=services
)
@port_option("Container port to balance; repeatable.  [default: found in the file]")
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
def scale(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Run SERVICE N times behind an HAProxy that takes over its name."""
    make(_steps(given, several=False), given)
