"""Services that connect to another one: they may have looked its name up once, when they started.

A program such as nginx goes on to an address that it was given then, whoever has it now. What runs
in a container does not tell; the file says who connects.
"""

import shlex
from collections.abc import Sequence

from composefile.references import dials, targets
from engine.docker.containers import Site
from engine.variant import Service


def dependents(service: Service) -> list[str]:
    """Return the services that depend on *service* or connect to it, by what their file says.

    Neither balancers nor replicas are among them: they ask DNS again and again.
    """
    model, name = service.model, service.name
    return [
        other
        for other in model.names
        if other != name
        and not model.identity(other).role
        and (name in targets(model.get(other, "depends_on")) or dials(model, other, name))
    ]


def command(site: Site, names: Sequence[str]) -> str:
    """Return the command line by which a person restarts the services *names*."""
    return shlex.join([*site.compose, "restart", *names])
