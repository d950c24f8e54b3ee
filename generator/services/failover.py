"""What the image of a service tells its ambassador: what it speaks, and whether it may go back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ambassador.access import Access
from ambassador.ambassador import asks_role, leads_back
from ambassador.protocols import guess
from composefile.images import STATEFUL, short_name
from generator.result import Notice
from lb.model import Address
from lb.options import ChosenOptions


def by_image(image: str, port: int, access: Access) -> Access:
    """Return *access* with the protocol of *image*, if *port* would not say so.

    The image says it now, and will be HAProxy's when the ambassador is written again.
    """
    spoken = guess(port, image)
    return access if spoken == guess(port) else replace(access, protocol=spoken)


def kept_apart(image: str, port: int, access: Access) -> Access:
    """Return *access* with no way back by itself, if *image* holds data that none can ask about."""
    spoken = access.protocol or guess(port)
    if spoken == "tcp" and access.failback is None and short_name(image) in STATEFUL:
        return replace(access, failback=False)
    return access


def failover_notices(
    name: str, port: int, upstreams: Sequence[Address], access: Access, options: ChosenOptions
) -> Iterator[Notice]:
    """Yield what the ambassador *name* of several *upstreams* cannot know, and does instead."""
    spoken = access.protocol or guess(port)
    complete = options.complete().of(port)
    if len(upstreams) == 1 or asks_role(spoken, access, complete):
        return
    first = upstreams[0]
    if leads_back(spoken, access, complete):
        yield Notice(
            f"{name!r} forwards to {first} again as soon as it is up, and closes the connections to"
            " the upstream that has taken over",
            fix="give `--no-failback` if the upstreams hold data, or `--health-path PATH` of what"
            " says which one is to serve",
        )
        return
    yield Notice(
        f"{name!r} cannot ask its upstreams which one is the primary: it forwards to {first} until"
        " that fails, then to the next one, and does not go back by itself",
        fix=_question(spoken),
    )
    if spoken == "mysql":
        yield Notice(
            f"each health check of {name!r} is a refused log-in in the log of the MySQL server",
            fix="give `--auth-user USER`, of a user without a password and without rights",
        )


def _question(protocol: str) -> str:
    if protocol == "tcp":
        return "give `--failback` if the first one is always to serve"
    return (
        "give `--auth-user USER` of a user without a password, or `--health-port PORT"
        " --health-path PATH` of what knows it (Patroni: 8008, /primary)"
    )
