"""Slow servers that work on one request at a time, one of them perhaps slower than the rest."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.dataplane.closed_loop import Loop, percentile
from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.processes import free_address
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_serial
from benchmarks.quiet import Quiet
from lb.model import Address, Options

DELAY_S = 0.1
SLOWER = 3
_WARM_UP = 0.2  # the share of the time that is not counted: the queues fill


@dataclass(frozen=True, slots=True)
class Case:
    """*servers* of which *slow* are slower, and *clients* in a closed loop."""

    servers: int
    slow: int
    clients: int

    @property
    def name(self) -> str:
        """The case in words."""
        kind = f"{self.slow} slower" if self.slow else "equal"
        return f"{self.servers} serial servers, {kind}, {self.clients} clients"

    @property
    def ideal(self) -> float:
        """Requests per second if every server always worked."""
        return (self.servers - self.slow) / DELAY_S + self.slow / (DELAY_S * SLOWER)


CASES = (
    Case(3, 0, 10),
    Case(10, 0, 30),
    Case(3, 1, 10),
    Case(3, 1, 30),
    Case(10, 1, 10),
    Case(10, 1, 30),
)


def unevenness(scale: Scale, folder: Path, quiet: Quiet) -> Iterator[Sample]:
    """Yield `ideal` (the share of it), `rate`, `p99_ms` and `failed` of every contestant.

    The contestants run side by side, each with servers of its own: all of them sleep.
    """
    for case in CASES:
        for turn in range(scale.serial_turns):
            with ExitStack() as cleanup:
                contestants = start_contestants(Ring(folder, cleanup), _delays(case))
                loops = quiet(partial(_turn, contestants, case.clients, scale.serial_s))
            for name, loop in loops.items():
                yield from _samples(case, name, turn, loop, scale.serial_s)


def _turn(contestants: list[Contestant], clients: int, seconds: float) -> dict[str, Loop]:
    loops = {one.name: Loop(one.address, clients) for one in contestants}
    asyncio.run(_all(loops, seconds))
    return loops


def start_contestants(ring: Ring, delays: list[float]) -> list[Contestant]:
    """Start each contestant, and for each its own servers with *delays*."""
    one_at_a_time = 1
    return [
        ring.hamba("hamba", _servers(ring, "hamba", delays)),
        ring.ours("tcp", _servers(ring, "tcp", delays), Options()),
        ring.ours(
            "tcp queue", _servers(ring, "tcpq", delays), Options(server_maxconn=one_at_a_time)
        ),
        ring.ours(
            "http queue",
            _servers(ring, "httpq", delays),
            Options(mode="http", server_maxconn=one_at_a_time),
        ),
    ]


async def _all(loops: dict[str, Loop], seconds: float) -> None:
    await asyncio.gather(*(loop.run(seconds) for loop in loops.values()))


def _delays(case: Case) -> list[float]:
    return [DELAY_S] * (case.servers - case.slow) + [DELAY_S * SLOWER] * case.slow


def _servers(ring: Ring, name: str, delays: list[float]) -> list[Address]:
    found = []
    for number, delay in enumerate(delays, 1):
        address = free_address()
        start_serial(f"{name}{number}", address, delay, ring.folder, ring.cleanup)
        found.append(address)
    return found


def _samples(case: Case, name: str, turn: int, loop: Loop, seconds: float) -> Iterator[Sample]:
    end = loop.ended
    begin = end - seconds * (1 - _WARM_UP)
    counted = [answer for answer in loop.answers if answer.at >= begin]
    good = [answer.seconds for answer in counted if answer.server]
    rate = len(good) / (end - begin)
    yield Sample(case.name, name, "rate", turn, rate)
    yield Sample(case.name, name, "ideal", turn, rate / case.ideal)
    yield Sample(case.name, name, "p99_ms", turn, percentile(good, 0.99) * 1000)
    yield Sample(case.name, name, "failed", turn, len(counted) - len(good))
