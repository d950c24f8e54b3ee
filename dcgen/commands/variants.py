"""The commands that make a variant: read a Compose file, transform it, publish the result."""

from functools import partial
from typing import Any

import click

from dcgen.commands.assignments import addresses, counts, hosts, publication
from dcgen.commands.making import Making, Step, make
from dcgen.commands.options import (
    balancing_options,
    making_options,
    option_words,
    proxy_options,
)
from dcgen.errors import UsageError
from generator.transforms import ambassador as ambassador_transform
from generator.transforms import detach as detach_transform
from generator.transforms import extra_hosts as extra_hosts_transform
from generator.transforms import scale as scale_transform
from generator.variant import Settings


@click.command(epilog="Example: dcgen scale rng=3 hasher=2 -f compose.yml -o scaled.yml")
@click.argument("what", nargs=-1, required=True, metavar="SERVICE N | SERVICE=N…")
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
    **making: Any,  # noqa: ANN401
) -> None:
    """Run SERVICE N times behind an HAProxy that takes over its name."""
    settings = Settings(lb_config, lb_image, ports, option_words(making), dynamic)
    steps = [
        Step(
            name,
            partial(scale_transform.scale, service=name, replicas=count, settings=settings),
            f"{name}: scaled to {count}",
        )
        for name, count in counts(what)
    ]
    make(steps, Making(**making))


@click.command(
    "extra-hosts",
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen extra-hosts --redis 192.0.2.7",
)
@click.argument("what", nargs=-1, required=True, metavar="SERVICE=IP…", type=click.UNPROCESSED)
@click.option(
    "--only-named",
    is_flag=True,
    help="Change only services that name SERVICE, not all on its networks.",
)
@making_options
def extra_hosts(what: tuple[str, ...], *, only_named: bool, **making: Any) -> None:  # noqa: ANN401
    """Take SERVICE out; its consumers find it at IP by `extra_hosts`."""
    steps = [
        Step(
            name,
            partial(
                extra_hosts_transform.extra_hosts,
                service=name,
                address=ip,
                only_named=only_named,
            ),
            f"{name}: at {ip}",
        )
        for name, ip in hosts(what)
    ]
    make(steps, Making(**making))


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml",
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE=HOST:PORT…", type=click.UNPROCESSED
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
                ambassador_transform.ambassador,
                service=name,
                upstream=upstream,
                settings=settings,
            ),
            f"{name}: leads to {upstream}",
        )
        for name, upstream in addresses(what)
    ]
    make(steps, Making(**making))


@click.command(
    epilog="Example: dcgen detach redis --publish 6379 && docker compose -f redis.yml up"
)
@click.argument("service")
@click.option(
    "--publish",
    metavar="PORT | random | host",
    help="Host port of its first port.  [default: as it is, else the same port]",
)
@making_options
def detach(service: str, publish: str | None, *, overlay: bool, **making: Any) -> None:  # noqa: ANN401
    """Write SERVICE alone into its own file, to run it elsewhere (SERVICE.yml)."""
    if overlay:
        raise UsageError("`detach` writes a file of its own", fix="leave out `--overlay`")
    step = Step(
        service,
        partial(detach_transform.detach, service=service, publish=publication(publish)),
        f"{service}: alone",
    )
    make([step], Making(**making, default=f"{service}.yml"))
