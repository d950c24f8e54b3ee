"""Connections that say nothing for a while: how many are held, and what each costs."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.processes import allow_descriptors
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_redis
from benchmarks.quiet import Quiet

CASE = "idle connections"
_HAMBA = 32  # more than that it lets wait
_SPARE = 300  # descriptors that are not connections
_TIMEOUT_S = 10


def idle(scale: Scale, folder: Path, _quiet: Quiet) -> Iterator[Sample]:
    """Yield `opened`, `held` after a silence, `held_share`, `memory_b` of HAProxy for each.

    A proxy needs two descriptors per connection: under a low limit fewer are opened.
    """
    count = min(scale.idle, (allow_descriptors() - _SPARE) // 2)
    with ExitStack() as cleanup:
        ring = Ring(folder, cleanup)
        redis = start_redis(folder, cleanup)
        contestants = [ring.ambassador("ambassador", redis), ring.hamba("hamba", [redis])]
        counts = {"ambassador": count, "hamba": min(count, _HAMBA)}
        before = {one.name: memory(one) for one in contestants}
        clients = {one.name: _open(one, counts[one.name], cleanup) for one in contestants}
        after = {one.name: memory(one) for one in contestants}
        time.sleep(scale.idle_s)
        for name, sockets in clients.items():
            held = sum(map(_pings, sockets))
            yield Sample(CASE, name, "opened", 0, len(sockets))
            yield Sample(CASE, name, "held", 0, held)
            yield Sample(CASE, name, "held_share", 0, held / counts[name])
            cost = (after[name] - before[name]) / max(len(sockets), 1)
            yield Sample(CASE, name, "memory_b", 0, cost)


def memory(one: Contestant) -> int:
    """Return the resident memory of *one*'s process, in bytes; 0 where /proc is missing."""
    status = Path(f"/proc/{one.process.pid}/status") if one.process else None
    if status is None or not status.exists():
        return 0
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def _open(one: Contestant, count: int, cleanup: ExitStack) -> list[socket.socket]:
    found = []
    for _ in range(count):
        connection = cleanup.enter_context(
            socket.create_connection((one.address.host, one.address.port), _TIMEOUT_S)
        )
        if _pings(connection):
            found.append(connection)
    return found


def _pings(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"PING\r\n")
        return connection.recv(64) == b"+PONG\r\n"
    except OSError:
        return False
