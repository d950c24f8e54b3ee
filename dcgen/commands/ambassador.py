"""``dcgen ambassador``: a service elsewhere, at any address."""

import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

import click

from ambassador import upstreams as far
from ambassador.protocols import Protocol
from dcgen.commands.ambassador_command import AmbassadorCommand, list_option
from dcgen.commands.assignments import upstreams
from dcgen.commands.certificate_options import mounted_files, of_secrets, require_tls
from dcgen.commands.completion import services
from dcgen.commands.options import (
    chosen_access,
    failover_options,
    making_options,
    port_option,
    proxy_options,
    proxy_settings,
)
from dcgen.commands.pipeline import make
from dcgen.commands.steps import Step
from generator.result import Settings
from generator.transforms import ambassador as transform

FILE = click.Path(exists=True, dir_okay=False)


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:
    require_tls(given)
    mounted = mounted_files(given)
    settings = Settings(
        ports=given["ports"],
        access=chosen_access({**given, **mounted, **of_secrets(given)}),
        env_secrets=given["env_secrets"],
        for_others=several,
        files=tuple((target, str(given[name])) for name, target in mounted.items()),
        **proxy_settings(given),
    )
    return [
        Step(
            name,
            partial(transform.ambassador, service=name, upstream=upstream, settings=settings),
            f"{name}: forwards to {far.spell(upstream)}",
            _words(name, far.spell(upstream)),
        )
        for name, upstream in upstreams(given["what"])
    ]


def _words(name: str, upstream: str) -> str:
    taken = any(f"--{name}" in param.opts for param in ambassador.params)
    words = [f"{name}={upstream}"] if taken else [f"--{name}", upstream]
    return " ".join(map(shlex.quote, words))


@click.command(
    cls=AmbassadorCommand,
    steps=_steps,
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml",
)
@click.argument(
    "what",
    nargs=-1,
    required=True,
    metavar="--SERVICE HOST:PORT | SERVICE=HOST:PORT[,…]…",
    type=click.UNPROCESSED,
    shell_complete=services,
)
@port_option("Port to listen on; repeatable.  [default: found in the file]")
@click.option(
    "--protocol",
    type=click.Choice(get_args(Protocol)),
    help="Protocol of the upstream.  [default: by image or port]",
)
@click.option(
    "--auth-env",
    metavar="NAME",
    help="Environment variable that holds the password of the health check.",
)
@click.option("--auth-secret", metavar="NAME", help="Compose secret that holds that password.")
@click.option("--auth-user", metavar="USER", help="User name for the health check.")
@click.option(
    "--env-secrets",
    is_flag=True,
    help="Declare secrets that the file lacks, each from the environment variable of its name in"
    " capitals.",
)
@click.option("--tls/--no-tls", default=None, help="Connect by TLS, and verify the certificate.")
@click.option("--ca-file", type=FILE, help="CA bundle (PEM).  [default: the system's]")
@click.option("--cert", type=FILE, help="Client certificate and key, in one file (PEM).")
@click.option("--ca-secret", metavar="NAME", help="Compose secret that holds the CA bundle.")
@click.option(
    "--cert-secret", metavar="NAME", help="Compose secret that holds certificate and key."
)
@click.option(
    "--tls-name", metavar="NAME", help="Name to expect in the certificate.  [default: HOST]"
)
@list_option
@failover_options
@proxy_options
@making_options
def ambassador(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Replace SERVICE by an HAProxy that forwards to HOST:PORT.

    `--redis 192.0.2.7:6379` and `redis=192.0.2.7:6379` are the same. A service whose name is
    one of the options below needs the second form: `port=192.0.2.7:80`. Of several HOST:PORT,
    the first is used, and the others are backup servers. Of several databases the one is used
    that says that it is the primary: see --auth-user and --health-path.

    `--redis node1:` looks for the container on that Docker host, `--redis-from redis.yml` reads
    the file that `dcgen detach` wrote: address, port, and what clients need are found there.
    """
    variables = ""
    if any(word.endswith(":") or "-from" in word for word in given["what"]):
        from dcgen.commands.elsewhere import found, secrets_file  # noqa: PLC0415 - few are looked for

        variables = secrets_file(given["what"])
        given = {**given, **found(given)}
    make(_steps(given, several=False), given, variables=variables)
