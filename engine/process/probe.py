"""What a process of a run says from outside: that it answers, and what it served."""

import socket

from engine.process.process import Process
from lb.socket import served

_PROBE_S = 0.2


def served_by(process: Process) -> dict[str, int]:
    """Return server to requests given to it, of a balancer or ambassador; empty for others."""
    try:
        return served(process.socket) if process.socket else {}
    except OSError:
        return {}  # it has just died: what it counted is gone


def answers(process: Process) -> bool:
    """Return whether *process* answers where it should; one that nobody calls always does."""
    try:
        if process.socket:
            # A connection to a proxy would be one to a server behind it, and be counted there.
            served(process.socket)
        elif process.answers:
            address = (process.answers.host, process.answers.port)
            socket.create_connection(address, _PROBE_S).close()
    except OSError:
        return False
    return True
