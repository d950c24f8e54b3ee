"""Free ports for tests that must name a number before anything listens on it."""

from engine.process import free_ports

_given = set[int]()  # a process does not shut itself out of what it has reserved


def free_port() -> int:
    """Return a loopback port that nobody listens on, and no other test was given.

    Not one of the system's own choice (port 0): as soon as such a port is let go, the next outgoing
    connection of any other test may take it.
    """
    return free_ports.free_port(_given)
