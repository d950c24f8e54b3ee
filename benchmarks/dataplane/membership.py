"""Replicas that come and go by DNS, and a nameserver that goes away, under load."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.dataplane.closed_loop import Loop, ask
from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.nameserver import Nameserver
from benchmarks.dataplane.processes import free_address, until
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_serial
from benchmarks.quiet import Quiet
from lb.model import Address, Options
from lb.socket import ask as control

ARRIVAL, AWAY, SCALING = "a new replica", "nameserver away", "3 to 6 to 2 to 6 replicas"
SIZES = (6, 2, 6)
CLIENTS = 8
DELAY_S = 0.01
_ADMIN_STATE = 6  # the column, from 0
_RESOLVED_AWAY = 0x20  # HAProxy's SRV_ADMF_RMAINT: the name has no address for this slot
_SETTLING_S = 1.0
_HOLD_S = 4.0  # at each size
_MODES = (Options(), Options(mode="http"))


def membership(scale: Scale, folder: Path, _quiet: Quiet) -> Iterator[Sample]:
    """Yield `first_s` of new replicas, and what `failed` meanwhile, of so many `requests`."""
    for options in _MODES:
        with ExitStack() as cleanup:
            pool = Pool(Ring(folder, cleanup), options)
            yield from _arrivals(pool, scale.arrivals)
        with ExitStack() as cleanup:
            yield from asyncio.run(_away(Pool(Ring(folder, cleanup), options), scale.away_s))
        with ExitStack() as cleanup:
            yield from asyncio.run(_scaling(Pool(Ring(folder, cleanup), options)))


@dataclass
class Pool:
    """Replicas, the nameserver that knows them, and the balancer that asks it."""

    ring: Ring
    options: Options
    hosts: Iterator[str] = field(default_factory=lambda: (f"127.0.1.{n}" for n in range(1, 250)))
    running: dict[str, ExitStack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nameserver = Nameserver(self.ring.cleanup)
        self.port = free_address("127.0.1.1").port
        for _ in range(3):
            self.add()
        service = Address("web-be", self.port)
        name = self.options.mode
        self.balancer: Contestant = self.ring.dynamic(
            name, service, self.options, self.nameserver.address
        )
        until(lambda: asyncio.run(ask(self.balancer.address)) is not None, "a first answer")

    def add(self) -> str:
        """Start a replica, then let it be known; return its address, which is its name."""
        host = next(self.hosts)
        own = self.ring.cleanup.enter_context(ExitStack())
        start_serial(host, Address(host, self.port), DELAY_S, self.ring.folder, own)
        self.running[host] = own
        self._publish()
        return host

    def remove(self, host: str) -> None:
        """Drain a replica, take its name away, and stop it when HAProxy has forgotten it."""
        server = self._server(host)
        self._control(f"set server {server} state drain")
        until(lambda: self._is_idle(server), f"{host} is idle")
        own = self.running.pop(host)
        self._publish()
        until(lambda: not self._servers().get(host), f"{host} is forgotten")
        self._control(f"set server {server} state ready")  # the slot, for whoever is next
        own.close()

    def _publish(self) -> None:
        self.nameserver.addresses = list(self.running)

    def _control(self, command: str) -> str:
        assert self.balancer.socket  # noqa: S101 - ours have one
        return control(self.balancer.socket, command)

    def _server(self, host: str) -> str:
        return self._servers()[host]

    def _servers(self) -> dict[str, str]:
        # Management Guide, 9.3: backend, server and address are columns 2, 4 and 5.
        rows = [line.split() for line in self._control("show servers state").splitlines()[2:]]
        in_use = [
            row
            for row in rows
            if len(row) > _ADMIN_STATE and not int(row[_ADMIN_STATE]) & _RESOLVED_AWAY
        ]
        return {row[4]: f"{row[1]}/{row[3]}" for row in in_use}

    def _is_idle(self, server: str) -> bool:
        backend, _, name = server.partition("/")
        rows = [line.split(",") for line in self._control("show stat").splitlines()]
        return all(row[4] == "0" for row in rows if row[:2] == [backend, name])


def _arrivals(pool: Pool, times: int) -> Iterator[Sample]:
    mode = pool.options.mode
    for turn in range(times):
        time.sleep(random.random())  # noqa: S311 - at any moment between two questions to DNS
        host = pool.add()
        began = time.monotonic()
        servers = asyncio.run(_until_served_by(pool.balancer.address, host))
        yield Sample(ARRIVAL, mode, "first_s", turn, time.monotonic() - began)
        yield Sample(ARRIVAL, mode, "failed", turn, servers.count(None))
        pool.remove(host)


async def _until_served_by(address: Address, host: str) -> list[str | None]:
    servers: list[str | None] = []
    while host not in servers:
        servers += await asyncio.gather(*(ask(address) for _ in range(CLIENTS)))
    return servers


async def _away(pool: Pool, seconds: float) -> Iterator[Sample]:
    loop = Loop(pool.balancer.address, CLIENTS)
    running = asyncio.create_task(loop.run(seconds + 2 * _SETTLING_S))
    await asyncio.sleep(_SETTLING_S)
    pool.nameserver.state = "refuses"
    await asyncio.sleep(seconds / 2)
    pool.nameserver.state = "is silent"
    await asyncio.sleep(seconds / 2)
    pool.nameserver.state = "answers"
    await running
    return _count(AWAY, pool, loop)


async def _scaling(pool: Pool) -> Iterator[Sample]:
    loop = Loop(pool.balancer.address, CLIENTS)
    running = asyncio.create_task(loop.run(_HOLD_S * (len(SIZES) + 1)))
    for size in SIZES:
        await asyncio.sleep(_HOLD_S)
        await asyncio.to_thread(_scale, pool, size)
    await running
    return _count(SCALING, pool, loop)


def _scale(pool: Pool, size: int) -> None:
    while len(pool.running) < size:
        pool.add()
    while len(pool.running) > size:
        pool.remove(next(reversed(pool.running)))


def _count(case: str, pool: Pool, loop: Loop) -> Iterator[Sample]:
    mode, answers = pool.options.mode, loop.answers
    yield Sample(case, mode, "failed", 0, sum(answer.server is None for answer in answers))
    yield Sample(case, mode, "requests", 0, len(answers))
    yield Sample(case, mode, "longest_s", 0, loop.longest_s())
    yield Sample(case, mode, "replicas", 0, len({answer.server for answer in answers} - {None}))
