"""``dcgen ambassador``: a service elsewhere, at any address."""

from functools import partial
from typing import Any, get_args

import click

from ambassador import upstreams as far
from ambassador.protocols import Protocol
from dcgen.commands.assignments import upstreams
from dcgen.commands.completion import services
from dcgen.commands.options import access_words, making_options, option_words, proxy_options
from dcgen.commands.pipeline import Making, Step, make
from generator.result import Settings
from generator.services.proxy import CA_PATH, CERT_PATH
from generator.transforms import ambassador as transform

FILE = click.Path(exists=True, dir_okay=False)


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml",
)
@click.argument(
    "what",
    nargs=-1,
    required=True,
    metavar="SERVICE=HOST:PORT[,…]…",
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
@click.option(
    "--protocol",
    type=click.Choice(get_args(Protocol)),
    help="What is spoken there.  [default: known by image or port]",
)
@click.option("--auth-env", metavar="NAME", help="Variable with the health check's password.")
@click.option("--auth-secret", metavar="NAME", help="Compose secret with that password.")
@click.option("--auth-user", metavar="USER", help="Who asks the health question.")
@click.option("--tls/--no-tls", default=None, help="Encrypt, and verify the certificate's name.")
@click.option("--ca-file", type=FILE, help="Authorities to trust.  [default: the system's]")
@click.option("--cert", type=FILE, help="Certificate and key to show, in one file.")
@click.option("--tls-name", metavar="NAME", help="Name in the certificate, if not HOST.")
@proxy_options
@making_options
def ambassador(
    what: tuple[str, ...],
    ports: tuple[int, ...],
    lb_config: Any,  # noqa: ANN401 - click has checked the choice
    lb_image: str | None,
    ca_file: str | None,
    cert: str | None,
    **making: Any,  # noqa: ANN401
) -> None:
    """Put an HAProxy in the place of SERVICE that leads to HOST:PORT.

    Of several HOST:PORT, the first serves and the others stand by.
    """
    given = {"ca_file": (CA_PATH, ca_file), "cert": (CERT_PATH, cert)}
    files = {name: pair for name, pair in given.items() if pair[1]}
    making |= {name: target for name, (target, _) in files.items()}
    settings = Settings(
        lb_config,
        lb_image,
        ports,
        options=option_words(making),
        access=access_words(making),
        files=tuple((target, str(source)) for target, source in files.values()),
    )
    steps = [
        Step(
            name,
            partial(
                transform.ambassador,
                service=name,
                upstream=upstream,
                settings=settings,
            ),
            f"{name}: leads to {far.spell(upstream)}",
        )
        for name, upstream in upstreams(what)
    ]
    make(steps, Making(**making))
