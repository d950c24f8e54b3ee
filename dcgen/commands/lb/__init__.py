"""``dcgen lb``: inspect and change the balancers and ambassadors of a running variant."""

import click

from dcgen.lazy_group import LazyGroup

# Command to what the help says of it; here, so that one command does not import the others.
SUMMARIES = {
    "status": "Show servers: health, sessions, queue, latency.",
    "drain": "Stop sending new connections to servers.",
    "ready": "Send new connections to servers again.",
    "reload": "Reload HAProxy with the configuration in the file.",
    "retarget": "Change the upstream of an ambassador.",
}


@click.group(
    cls=LazyGroup,
    modules={name: f"dcgen.commands.lb.{name}" for name in SUMMARIES},
    sections={"Commands": SUMMARIES},
    short_help="Inspect and change running balancers and ambassadors.",
    epilog="Example: dcgen lb status -f generated.yml",
)
def lb() -> None:
    """Inspect and change the balancers and ambassadors of a running variant.

    They are reached through Docker, through kubectl, or through a local socket: no port is opened
    for it.
    """
