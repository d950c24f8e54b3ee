"""``dcgen detach``: a service alone, to run it elsewhere."""

import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from dcgen.commands.completion import services
from dcgen.commands.options import making_options
from dcgen.commands.pipeline import make
from dcgen.commands.publication import publication
from dcgen.commands.run_options import named_host_options
from dcgen.commands.steps import Step
from dcgen.commands.variant_command import VariantCommand
from faults import UsageError
from generator.services.guarded import Guard
from generator.targets.table import TARGETS
from generator.transforms import detach as transform


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:  # noqa: ARG001 - see steps
    service, publish = given["service"], publication(given["publish"])
    password, tls = given["password"], given["encryption"] is not None
    remote = bool(given.get("hosts"))
    guard = None if password is None else Guard(password=password, remote=remote, tls=tls)
    step = partial(transform.detach, service=service, publish=publish, guard=guard)
    return [Step(service, step, f"{service}: detached", shlex.quote(service), stays=False)]


@click.command(
    cls=VariantCommand,
    steps=_steps,
    epilog="Example: dcgen detach redis --publish 6379 && docker compose -f redis.yml up",
)
@click.argument("service", shell_complete=services)
@click.option(
    "--publish",
    metavar="ADDRESS | [ADDRESS:]PORT | random | host",
    help="Host port of its first port.  [default: as it is, else the same port]",
)
@click.option(
    "--password/--no-password",
    default=None,
    help="Keep its data in a volume with a name, and give it a password, in SERVICE.env beside the"
    " file.  [with --host: --password]",
)
@click.option(
    "--tls",
    "encryption",
    type=click.Choice(["auto"]),
    help="Put an HAProxy before it that speaks TLS, and serves clients with a certificate alone. An"
    " authority and certificates are made, in SERVICE.env and SERVICE-ca.pem beside the file.",
)
@named_host_options  # what DCGEN_HOSTS lists is where an application runs, not where its data is
@making_options
def detach(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Write SERVICE alone into its own file, to run it elsewhere (SERVICE.yml).

    With --host it is started there, on the address of that host unless --publish names another,
    with a password: Redis, Valkey, PostgreSQL, MySQL and MariaDB get one. Its own options stay.
    With `--tls auto` nothing between it and its ambassadors is in the clear, whatever it speaks.
    """
    if TARGETS[given["target"]].on_top:
        fix = f"leave out `--{given['target']}`"
        raise UsageError("`detach` writes a file of its own", fix=fix)
    host = None
    if given["hosts"] or given["encryption"]:
        from dcgen.commands import detached  # noqa: PLC0415 - most are started by hand

        host, decided = detached.decided(given)
        given = {**given, **decided}
    steps = _steps(given, several=False)
    service, guarded = given["service"], given["password"] is not None
    called = ""
    if guarded:
        from dcgen.commands import detached  # noqa: PLC0415 - the same

        called = detached.project(service, given)
    more = {"there": True, "secrets": guarded, "project": called, "started": host is not None}
    target = make(steps, given, default=f"{service}.yml", **more)
    if target and guarded:
        detached.finish(target, service, host, called, quiet=given["quiet"])
