"""What must hold: ratios to other contestants of the same run, and losses that must not be."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.dataplane.ambassadors import case as redis
from benchmarks.dataplane.idle import CASE as IDLE
from benchmarks.dataplane.membership import ARRIVAL, AWAY, SCALING
from benchmarks.dataplane.samples import Samples
from benchmarks.dataplane.unevenness import Case

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit for *metric* of *contestant* in *case*.

    Attributes:
        number: The group of bars it belongs to.
        against: The contestant that the value is divided by; None takes the value itself.
        least: The limit from below; *most* is the one from above.
        always: Every turn must hold, not the median of all.
        floor: What is checked instead of *least* where that is out of reach; docs/benchmarks.md
            says why.
    """

    number: int
    case: str
    contestant: str
    metric: str
    against: str | None = None
    least: float | None = None
    most: float | None = None
    always: bool = False
    floor: float | None = None

    @property
    def name(self) -> str:
        """What is limited, in words."""
        against = f", to {self.against}" if self.against else ""
        return f"{self.case}: {METRICS[self.metric]}, {self.contestant}{against}"

    @property
    def limit(self) -> str:
        """The limit in words: ``at least 0.95``."""
        if self.least is not None:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}"

    def value(self, samples: Samples) -> float | None:
        """Return what *samples* say; None if it was not measured."""
        found = (
            samples.ratio(self.case, self.metric, self.contestant, self.against)
            if self.against
            else samples.spread(self.case, self.metric, self.contestant)
        )
        if found is None:
            return None
        if not self.always:
            return found.median
        return found.least if self.least is not None else found.greatest

    def passes(self, value: float) -> bool:
        """Return whether *value* is what can be reached: within the limit, or above the floor."""
        return self.holds(value) or (self.floor is not None and value >= self.floor)

    def holds(self, value: float) -> bool:
        """Return whether *value* is within the limit."""
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


METRICS = {
    "rate": "requests/s",
    "p99_ms": "99th percentile, ms",
    "cpu_us": "processor time per request, µs",
    "failed": "failed requests",
    "served": "clients served",
    "ideal": "share of the ideal",
    "share": "share of what is possible",
    "back_s": "seconds until the server serves again",
    "longest_s": "longest wait, s",
    "opened": "connections opened",
    "held": "connections held",
    "held_share": "share of the connections held",
    "memory_b": "bytes per connection",
    "first_s": "seconds to the first request",
    "requests": "requests",
    "reloads": "reloads",
    "replicas": "replicas that served",
}


def _new() -> Iterator[Bar]:
    for clients in (32, 256):
        yield Bar(1, f"new {clients}", "http", "rate", "hamba", least=1.4)
        yield Bar(1, f"new {clients}", "http", "rate", "direct", least=0.9, floor=0.65)
    yield Bar(1, "new 1024", "http", "rate", "hamba", least=1.3)
    yield Bar(1, "new 1024", "http", "p99_ms", "hamba", most=0.25)


def _kept() -> Iterator[Bar]:
    for clients in (32, 256):
        yield Bar(2, f"kept {clients}", "tcp", "rate", "nginx", least=0.95, floor=0.8)
    yield Bar(2, "kept 1024", "tcp", "served", least=1024)
    yield Bar(2, "kept 1024", "http", "served", least=1024)


def _serial() -> Iterator[Bar]:
    for case in (Case(10, 1, 10), Case(10, 1, 30), Case(3, 0, 10), Case(10, 0, 30)):
        for contestant in ("tcp queue", "http queue"):
            yield Bar(3, case.name, contestant, "ideal", least=0.97)
    for contestant in ("tcp queue", "http queue"):
        yield Bar(3, Case(10, 1, 30).name, contestant, "p99_ms", "hamba", most=0.1)


def _redis() -> Iterator[Bar]:
    for pipeline in (1, 16):
        yield Bar(4, redis(pipeline, 50), "ambassador", "rate", "nginx", least=1.0, floor=0.93)
        yield Bar(4, redis(pipeline, 500), "ambassador", "rate", "nginx", least=0.9)
    yield Bar(4, IDLE, "ambassador", "held_share", least=1)


def _changes() -> Iterator[Bar]:
    for kind, contestant in (("new", "tcp"), ("new", "http"), ("kept", "http")):
        yield Bar(5, f"reloads, {kind}", contestant, "failed", most=0, always=True)
        yield Bar(5, f"reloads, {kind}", contestant, "reloads", least=10, always=True)
    for mode in ("tcp", "http"):
        yield Bar(5, SCALING, mode, "failed", most=0, always=True)
    for mode in ("tcp", "http"):
        yield Bar(6, ARRIVAL, mode, "first_s", most=1.5, always=True)
        yield Bar(6, AWAY, mode, "failed", most=0, always=True)


def _outages() -> Iterator[Bar]:
    killed, frozen = "one of three killed", "one of three frozen"
    # In flight at a server that takes one at a time: one, and one that HAProxy may just have sent.
    yield Bar(7, killed, "tcp queue", "failed", most=2, always=True)
    yield Bar(7, killed, "http queue", "failed", most=0, always=True)
    for contestant in ("tcp queue", "http queue"):
        yield Bar(7, frozen, contestant, "share", least=0.95)
        yield Bar(7, frozen, contestant, "failed", most=0, always=True)


BARS = (*_new(), *_kept(), *_serial(), *_redis(), *_changes(), *_outages())


def number(value: float) -> str:
    """Return *value* as a reader wants it: whole from a hundred on, else three digits."""
    return f"{value:,.0f}" if value >= _WHOLE or value == int(value) else f"{value:.3g}"


def missed(samples: Samples) -> list[str]:
    """Return a sentence for each bar that *samples* miss, or say nothing of."""
    found = []
    for bar in BARS:
        value = bar.value(samples)
        if value is None:
            found.append(f"{bar.name}: not measured")
        elif not bar.passes(value):
            found.append(f"{bar.name}: {number(value)}, and the bar is {bar.limit}")
    return found
