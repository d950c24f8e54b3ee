"""Connections that a test keeps open, and in which order the other side ends them."""

import select
import socket
from collections.abc import Sequence

DEADLINE_S = 60


def is_over(client: socket.socket) -> bool:
    """Return whether the other side has closed *client*; what came before that is read."""
    client.settimeout(0)
    try:
        while client.recv(4096):
            pass
    except BlockingIOError:
        return False
    except ConnectionResetError:
        pass
    return True


def ends(clients: Sequence[socket.socket]) -> list[list[socket.socket]]:
    """Return *clients* in the order in which they are closed: those that are at once, together.

    Raises:
        AssertionError: Nothing happens for `DEADLINE_S` seconds.
    """
    found: list[list[socket.socket]] = []
    while left := [client for client in clients if not any(client in some for some in found)]:
        heard = select.select(left, [], [], DEADLINE_S)[0]
        assert heard, f"{len(left)} connections stay open"
        if over := [client for client in heard if is_over(client)]:
            found.append(over)
    return found
