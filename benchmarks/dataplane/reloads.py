"""HAProxy reloaded again and again under load: what is lost."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.loads import Load, wrk
from benchmarks.dataplane.processes import free_address, until
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_fast
from benchmarks.dataplane.throughput import KINDS
from benchmarks.quiet import Quiet
from lb.model import Options

EVERY_S = 0.2
CLIENTS = 32
_SLACK = 1.5  # on busy processors a reload takes longer than its turn


def reloads(scale: Scale, folder: Path, _quiet: Quiet) -> Iterator[Sample]:
    """Yield `failed` requests, `reloads` that took place, and the `rate` meanwhile."""
    with ExitStack() as cleanup:
        ring = Ring(folder, cleanup)
        servers = [free_address() for _ in range(3)]
        start_fast("fast", servers, folder, cleanup)
        contestants = [
            ring.ours("tcp", servers, Options(), master=True),
            ring.ours("http", servers, Options(mode="http"), master=True),
        ]
        for kind, reconnect in KINDS.items():
            for one in contestants:
                log = folder / f"{one.name}.log"
                before = _workers(log)
                load = _reload(one, log, scale.reloads, reconnect=reconnect)
                yield Sample(f"reloads, {kind}", one.name, "failed", 0, load.failed)
                yield Sample(f"reloads, {kind}", one.name, "rate", 0, load.rate)
                yield Sample(f"reloads, {kind}", one.name, "reloads", 0, _workers(log) - before)


def _reload(one: Contestant, log: Path, times: int, *, reconnect: bool) -> Load:
    assert one.process  # noqa: S101 - what is reloaded is a process
    seconds = int(times * EVERY_S * _SLACK) + 1
    with ThreadPoolExecutor(1) as pool:
        load = pool.submit(wrk, one.address, CLIENTS, seconds, reconnect=reconnect)
        for _ in range(times):
            workers = _workers(log)
            time.sleep(EVERY_S)
            os.kill(one.process.pid, signal.SIGUSR2)
            # Two signals at once would be one reload.
            until(partial(_reloaded, load, log, workers), "a new worker")
            if load.done():
                break
        return load.result()


def _reloaded(load: Future[Load], log: Path, workers: int) -> bool:
    return load.done() or _workers(log) > workers


def _workers(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("New worker")
