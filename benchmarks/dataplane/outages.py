"""One of three serial servers killed, or frozen, while clients go on: what is lost, how long."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dataplane.closed_loop import Loop
from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.processes import end, free_address
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_serial
from benchmarks.dataplane.unevenness import DELAY_S
from benchmarks.quiet import Quiet
from lb.model import Address, Options

SERVERS = 3
CLIENTS = 10
KINDS = ("killed", "frozen")
_SETTLING_S = 1.0  # after the blow, before the rate is counted


@dataclass(frozen=True, slots=True)
class Arena:
    """A contestant, its clients, and the server that will be hit."""

    contestant: Contestant
    loop: Loop
    victim: str
    address: Address
    process: subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Blow:
    """When the victim was hit and when it was set free, on the monotonic clock."""

    hit: float
    freed: float


def outages(scale: Scale, folder: Path, _quiet: Quiet) -> Iterator[Sample]:
    """Yield `failed`, `share` (of what two servers can), `back_s` and `longest_s`."""
    for kind in KINDS:
        for turn in range(scale.serial_turns):
            with ExitStack() as cleanup:
                arenas = _start(Ring(folder, cleanup))
                blow = asyncio.run(_strike(kind, arenas, scale, Ring(folder, cleanup)))
            for arena in arenas:
                yield from _samples(kind, turn, arena, blow)


def _start(ring: Ring) -> list[Arena]:
    http = Options(mode="http", server_maxconn=1)
    return [
        _arena(ring, "hamba", None),
        _arena(ring, "tcp", Options()),
        _arena(ring, "tcp queue", Options(server_maxconn=1)),
        _arena(ring, "http queue", http),
        _arena(ring, "http queue 2s", Options(mode="http", server_maxconn=1, timeout_server=2)),
    ]


def _arena(ring: Ring, name: str, options: Options | None) -> Arena:
    servers = [free_address() for _ in range(SERVERS)]
    label = name.replace(" ", "-")
    processes = [
        start_serial(f"{label}{n}", address, DELAY_S, ring.folder, ring.cleanup)
        for n, address in enumerate(servers, 1)
    ]
    contestant = ring.ours(name, servers, options) if options else ring.hamba(name, servers)
    loop = Loop(contestant.address, CLIENTS)
    return Arena(contestant, loop, f"{label}1", servers[0], processes[0])


async def _strike(kind: str, arenas: list[Arena], scale: Scale, ring: Ring) -> Blow:
    total = scale.before_s + scale.outage_s + scale.after_s
    running = asyncio.gather(*(arena.loop.run(total) for arena in arenas))
    await asyncio.sleep(scale.before_s)
    hit = time.monotonic()
    for arena in arenas:
        os.kill(arena.process.pid, signal.SIGKILL if kind == "killed" else signal.SIGSTOP)
    await asyncio.sleep(scale.outage_s)
    freed = time.monotonic()
    await asyncio.gather(*(asyncio.to_thread(_free, kind, arena, ring) for arena in arenas))
    await running
    return Blow(hit, freed)


def _free(kind: str, arena: Arena, ring: Ring) -> None:
    if kind == "frozen":
        os.kill(arena.process.pid, signal.SIGCONT)
        return
    end(arena.process)
    start_serial(arena.victim, arena.address, DELAY_S, ring.folder, ring.cleanup)


def _samples(kind: str, turn: int, arena: Arena, blow: Blow) -> Iterator[Sample]:
    answers, name, case = arena.loop.answers, arena.contestant.name, f"one of three {kind}"
    good = [answer for answer in answers if answer.server]
    meanwhile = [a for a in good if blow.hit + _SETTLING_S <= a.at < blow.freed]
    ideal = (SERVERS - 1) / DELAY_S * (blow.freed - blow.hit - _SETTLING_S)
    back = [a.at for a in good if a.server == arena.victim and a.at >= blow.freed]
    yield Sample(case, name, "failed", turn, len(answers) - len(good))
    yield Sample(case, name, "share", turn, len(meanwhile) / ideal)
    yield Sample(case, name, "longest_s", turn, arena.loop.longest_s())
    if back:
        yield Sample(case, name, "back_s", turn, back[0] - blow.freed)
