"""The command line of the hamba image: a port to listen on, then the servers behind it.

    80 www1:1234 www2:2345        80 www1 1234 www2 2345        127.0.0.1:80 www1:1234

Several listening ports, which hamba does not know, are separated by ``--``:

    80 www1:80 www2:80 -- 443 www1:443 www2:443
"""

from collections.abc import Sequence
from dataclasses import dataclass

from faults import UsageError, UserError
from lb.address import Address

SEPARATOR = "--"

_ANY = ("", "*")  # every address of the machine


@dataclass(frozen=True, slots=True)
class Route:
    """One listening port: *bind* as HAProxy writes it (``:80``), and the *servers* behind it."""

    port: int
    bind: str
    servers: tuple[Address, ...]


def arguments(port: int, addresses: Sequence[Address]) -> str:
    """Return the arguments that make hamba listen on *port*: ``80 rng1:80 rng2:80``."""
    return " ".join([str(port), *map(str, addresses)])


def parse(words: Sequence[str]) -> tuple[Route, ...]:
    """Return what hamba's arguments ask for, one route per listening port, in their order.

    Raises:
        UsageError: A word is no address, a port or a server is missing, or two routes listen on
            the same address.
    """
    groups: list[list[str]] = [[]]
    for word in words:
        if word == SEPARATOR:
            groups.append([])
        else:
            groups[-1].append(word)
    routes = tuple(_route(group) for group in groups)
    binds = [route.bind for route in routes]
    for bind in binds:
        if binds.count(bind) > 1:
            raise UsageError(f"'{bind}' is listened on twice", fix="give each route its own port")
    return routes


def _route(words: Sequence[str]) -> Route:
    if len(words) < 2:  # noqa: PLR2004 - a port and one server
        raise UsageError(
            f"'{' '.join(words)}' is not a port and at least one server",
            fix="write a port, then servers: '80 www1:1234 www2:2345'",
        )
    host, _, port = words[0].rpartition(":")
    if not (port.isascii() and port.isdigit()):
        raise UsageError(
            f"'{words[0]}' is not a port to listen on",
            fix="write PORT or ADDRESS:PORT, then the servers",
        )
    try:
        listen = Address.parse(f"{'any' if host in _ANY else host}:{port}")
        bind = f":{listen.port}" if host in _ANY else str(listen)
        return Route(listen.port, bind, _servers(words[1:]))
    except UsageError:
        raise
    except UserError as error:
        raise UsageError(error.what, fix=error.fix) from None


def _servers(words: Sequence[str]) -> tuple[Address, ...]:
    found = []
    rest = iter(words)
    for word in rest:
        if ":" in word:
            found.append(Address.parse(word))
            continue
        port = next(rest, None)
        if port is None:
            raise UsageError(
                f"the server '{word}' has no port", fix=f"write '{word}:PORT' or '{word} PORT'"
            )
        found.append(Address.parse(f"{word}:{port}"))
    return tuple(found)
