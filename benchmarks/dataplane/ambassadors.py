"""Redis through an ambassador, beside the direct way, nginx, and the workshop's shape."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.loads import Load, redis_benchmark
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_redis
from benchmarks.measure import interleave
from benchmarks.quiet import Quiet

PIPELINES = (1, 16)
CLIENTS = (30, 50, 500)
HAMBA_HOLDS = 32  # the connections that its configuration lets through


def ambassadors(scale: Scale, folder: Path, quiet: Quiet) -> Iterator[Sample]:
    """Yield `rate` and `p99_ms` of ``GET`` for every contestant."""
    with ExitStack() as cleanup:
        ring = Ring(folder, cleanup)
        redis = start_redis(folder, cleanup)
        contestants = [
            Contestant("direct", redis),
            ring.hamba("hamba", [redis]),
            ring.ambassador("ambassador", redis),
            ring.stream("nginx", [redis]),
        ]
        for pipeline in PIPELINES:
            for clients in CLIENTS:
                measured = interleave(
                    {
                        one.name: partial(quiet, partial(_load, one, clients, pipeline, scale))
                        for one in contestants
                        if one.name != "hamba" or clients <= HAMBA_HOLDS
                    },
                    scale.redis_turns,
                )
                yield from _samples(case(pipeline, clients), measured)


def case(pipeline: int, clients: int) -> str:
    """Return the name of a case: so many requests at a time, from so many *clients*."""
    return f"redis P{pipeline}, {clients} clients"


def _load(one: Contestant, clients: int, pipeline: int, scale: Scale) -> Load:
    requests = scale.redis_requests * (1 if pipeline == 1 else pipeline // 2)
    return redis_benchmark(one.address, clients, pipeline, requests)


def _samples(name: str, measured: dict[str, list[Load]]) -> Iterator[Sample]:
    for contestant, loads in measured.items():
        for turn, load in enumerate(loads):
            yield Sample(name, contestant, "rate", turn, load.rate)
            yield Sample(name, contestant, "p99_ms", turn, load.p99_ms)
