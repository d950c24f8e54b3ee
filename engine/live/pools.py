"""Where the labels of an ambassador lead, and the commands that lead a running one there."""

from collections.abc import Sequence

from ambassador import upstreams as far
from ambassador.access import Access
from ambassador.protocols import guess
from composefile import labels
from engine.variant import Service
from faults import UserError
from lb import runtime
from lb.model import Address
from lb.runtime import Row

Pools = dict[str, list[Address]]


def ports_of(service: Service) -> list[int]:
    """Return the ports that the ambassador *service* listens on.

    Raises:
        UserError: Its label names none.
    """
    found = service.identity.ports
    if not found:
        raise UserError(
            f"the label `{labels.PORTS}` of '{service.name}' names no port",
            fix="generate the file again from its source",
            where=service.where("labels"),
        )
    return list(found)


def pools_of(service: Service, ports: Sequence[int]) -> Pools:
    """Return where each backend of the ambassador *service* leads, one for each of *ports*.

    Raises:
        UserError: A label does not read as an address.
    """
    try:
        upstreams = far.parse(service.identity.upstream)
    except UserError as error:
        raise UserError(error.what, fix=error.fix, where=service.where("labels")) from error
    routes = far.routes(ports, upstreams)
    return {far.pool(service.name, port): routes[port] for port in ports}


def asks_redis(service: Service, port: int) -> bool:
    """Tell whether *service* speaks Redis' protocol at *port*."""
    access = Access.parse(service.identity.access)
    return (access.protocol or guess(port)) == "redis"


def moves_of(rows: Sequence[Row], pools: Pools) -> list[str] | None:
    """Return the commands that lead each server of *rows* to its address in *pools*.

    None if commands cannot do it: names have to be resolved, or the number of upstreams changes.
    """
    moves = []
    for backend, addresses in pools.items():
        mine = [row for row in rows if row.backend == backend]
        if len(mine) != len(addresses) or any(row.name for row in mine):
            return None  # what DNS said of a name would win over an address
        for row, address in zip(mine, addresses, strict=True):
            if address.is_name:
                return None
            moves.append(runtime.move(row, address.host, address.port))
    return moves if len(moves) == len(rows) else None
