"""Fast HTTP servers: requests per second and their 99th percentile, beside the direct way."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.dataplane.closed_loop import served
from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.loads import Load, wrk
from benchmarks.dataplane.processes import free_address
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_fast
from benchmarks.measure import interleave
from benchmarks.quiet import Quiet
from lb.model import Options

CLIENTS = (32, 256, 1024)
KINDS = {"new": True, "kept": False}  # a connection for each request, or for each client
_SERVERS = 3


def throughput(scale: Scale, folder: Path, quiet: Quiet) -> Iterator[Sample]:
    """Yield `rate`, `p99_ms` and `failed` of every contestant, then how many are served."""
    with ExitStack() as cleanup:
        contestants = _start(Ring(folder, cleanup))
        for kind, reconnect in KINDS.items():
            for clients in CLIENTS:
                measured = interleave(
                    {
                        one.name: partial(
                            quiet, partial(_load, one, clients, scale, reconnect=reconnect)
                        )
                        for one in contestants
                    },
                    scale.turns,
                )
                for name, loads in measured.items():
                    for turn, load in enumerate(loads):
                        case = f"{kind} {clients}"
                        yield Sample(case, name, "rate", turn, load.rate)
                        yield Sample(case, name, "p99_ms", turn, load.p99_ms)
                        yield Sample(case, name, "failed", turn, load.failed)
        for one in contestants:
            count = asyncio.run(served(one.address, CLIENTS[-1], scale.served_s))
            yield Sample(f"kept {CLIENTS[-1]}", one.name, "served", 0, count)


def _load(one: Contestant, clients: int, scale: Scale, *, reconnect: bool) -> Load:
    return wrk(one.address, clients, scale.wrk_s, reconnect=reconnect)


def _start(ring: Ring) -> list[Contestant]:
    servers = [free_address() for _ in range(_SERVERS)]
    start_fast("fast", servers, ring.folder, ring.cleanup)
    return [
        Contestant("direct", servers[0]),
        ring.hamba("hamba", servers),
        ring.ours("tcp", servers, Options()),
        ring.ours("http", servers, Options(mode="http")),
        ring.stream("nginx", servers),
    ]
