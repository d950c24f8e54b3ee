"""``dcgen ambassador``: a service elsewhere, at any address."""

import re
import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

import click
from click.shell_completion import CompletionItem

from ambassador import upstreams as far
from ambassador.protocols import Protocol
from dcgen.commands.assignments import upstreams
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
from dcgen.commands.variant_command import VariantCommand
from faults import UsageError
from generator.result import Settings
from generator.services.proxy import CA_PATH, CERT_PATH
from generator.transforms import ambassador as transform

FILE = click.Path(exists=True, dir_okay=False)


class AmbassadorCommand(VariantCommand):
    """A command whose arguments may look like options: ``--redis HOST:PORT``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*.

        Raises:
            UsageError: An option has a value that it cannot have, as if it were a service.
        """
        given = list(args)  # click's parser empties the other
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            word = next((word for word in given if _upstream_of(self, ctx, word, given)), "")
            if not word:
                raise
            name = word.removeprefix("--")
            raise UsageError(
                f"{word!r} is an option of dcgen",
                fix=f"for a service of that name, write {name}=HOST:PORT",
            ) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the options, and the services as options, that begin with *incomplete*."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("--"):
            names = services(ctx, self.params[0], incomplete.removeprefix("--"))
            found += [CompletionItem(f"--{name}") for name in names]
        return found


def _upstream_of(command: click.Command, ctx: click.Context, word: str, args: list[str]) -> bool:
    """Return whether *word* is an option of *command* that is given a HOST:PORT."""
    options = {name for param in command.get_params(ctx) for name in param.opts}
    value = (*args[args.index(word) + 1 :], "")[0]
    return word.startswith("--") and word in options and bool(re.fullmatch(r".+:[0-9]+", value))


def _steps(given: Mapping[str, Any], *, several: bool) -> list[Step]:  # noqa: ARG001 - see steps
    files = {"ca_file": CA_PATH, "cert": CERT_PATH}
    mounted = {name: target for name, target in files.items() if given[name]}
    settings = Settings(
        ports=given["ports"],
        access=chosen_access({**given, **mounted}),
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
@click.option("--tls/--no-tls", default=None, help="Connect by TLS, and verify the certificate.")
@click.option("--ca-file", type=FILE, help="CA bundle (PEM).  [default: the system's]")
@click.option("--cert", type=FILE, help="Client certificate and key, in one file (PEM).")
@click.option(
    "--tls-name", metavar="NAME", help="Name to expect in the certificate.  [default: HOST]"
)
@failover_options
@proxy_options
@making_options
def ambassador(**given: Any) -> None:  # noqa: ANN401 - click has checked them
    """Replace SERVICE by an HAProxy that forwards to HOST:PORT.

    `--redis 192.0.2.7:6379` and `redis=192.0.2.7:6379` are the same. A service whose name is
    one of the options below needs the second form: `port=192.0.2.7:80`. Of several HOST:PORT,
    the first is used, and the others are backup servers. Of several databases the one is used
    that says that it is the primary: see --auth-user and --health-path.
    """
    make(_steps(given, several=False), given)
