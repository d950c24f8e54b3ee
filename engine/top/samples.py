"""A sample: what every service of a variant did, on all of its hosts, at one moment.

Rates are means since the sample before; what is not known (yet) is None, never a zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from composefile import labels

UPSTREAM = "upstream"
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the balancer counts for one of its servers, over all of its ports.

    Attributes:
        status: ``UP``, ``DOWN``, ``DRAIN``, ``MAINT``: the worst of its ports.
        check: What the last health check found: ``L4OK``, ``L7OK``.
        address: Where the balancer leads; empty while that is unknown.
        sessions: Connections or requests that it works on.
        queue: Those that wait for this server.
        total: Those that it was given since HAProxy started.
        latency_ms: Mean time of the last 1024 of them; None before the first.
        per_s: Those that it was given a second.
    """

    status: str
    check: str = ""
    address: str = ""
    sessions: int = 0
    queue: int = 0
    total: int = 0
    latency_ms: int | None = None
    per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A container, a process, or an upstream that is somewhere else.

    Attributes:
        host: The Docker host; empty for the default one, and for processes.
        service: The service that it serves for: ``rng`` for replica ``rng2``, too.
        name: What a person calls it: ``rng2``, ``rng-replicas-3``, ``worker-3``.
        role: ``balancer``, ``replica``, ``ambassador``, ``upstream``; empty for any other service.
        state: ``running``, or how it does not; empty for an upstream.
        health: ``starting``, ``healthy``, ``unhealthy``; empty if nothing checks it.
        restarts: How often it was started again, as far as that is known.
        cpu_percent: Of one core, over the last seconds.
        memory_bytes: What it occupies.
        units_per_s: What its counted log lines (label ``dcgen.count``) say was done a second.
        traffic: What its balancer counts; None if it has none.
    """

    host: str
    service: str
    name: str
    role: str = ""
    state: str = RUNNING
    health: str = ""
    restarts: int = 0
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    units_per_s: float | None = None
    traffic: Traffic | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.host, self.service, self.name

    @property
    def is_replica(self) -> bool:
        """Whether it does the work of its service, and is here."""
        return self.role in {"", labels.REPLICA}

    @property
    def serves(self) -> bool:
        """Whether it runs, as far as that is known, and its balancer leads to it, if it has one."""
        is_led_to = self.traffic is None or status_of(self.traffic.status) == "UP"
        return is_led_to and (self.state == RUNNING or self.role == UPSTREAM)


@dataclass(frozen=True, slots=True)
class Group:
    """A service and its members on all hosts, with their sums.

    Attributes:
        name: The service, as its consumers know it.
        members: The balancer or ambassador first.
        up: Replicas that run and, if there is a balancer, are ``UP`` there; of an ambassador the
            upstreams that are.
        replicas: All of them.
        sessions: Connections or requests at work; None without a balancer.
        queue: Those that wait for any server, or for one of them; None without a balancer.
        per_s: Requests (TCP mode: connections) a second; None without a balancer.
        latency_ms: Their mean time, weighted by requests.
        cpu_percent: Of one core.
        memory_bytes: What all of it occupies.
        units_per_s: See `Member`.
        limit_per_s: What those that are up can do at most, a second, if somebody said it.
    """

    name: str
    members: tuple[Member, ...]
    up: int
    replicas: int
    sessions: int | None = None
    queue: int | None = None
    per_s: float | None = None
    latency_ms: float | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    units_per_s: float | None = None
    limit_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something changed: *what* happened to *service*, or to the whole *host*."""

    at_s: float
    service: str
    what: str
    host: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A host, or a balancer on it, did not answer."""

    host: str
    what: str


@dataclass(frozen=True, slots=True)
class Sample:
    """All of a variant.

    Attributes:
        at_s: When, in seconds since 1970.
        file: The Compose file.
        hosts: The Docker hosts; one empty name for the default one, and for processes.
        groups: In the order of the file; what is in no file any more at the end.
        marks: What changed since the sample before.
        problems: What could not be asked; its members are missing.
    """

    at_s: float
    file: str
    hosts: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    marks: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one host showed: members without rates of traffic, and what waits in front of them.

    Attributes:
        at_s: When, on a clock that only goes forward.
        queues: Service to what waits there for any server.
    """

    host: str
    at_s: float
    members: tuple[Member, ...]
    queues: tuple[tuple[str, int], ...] = ()
    problems: tuple[Problem, ...] = ()


def status_of(text: str) -> str:
    """Return the first word of HAProxy's status *text*: ``UP 1/3`` is ``UP``, so is no check."""
    word = text.partition(" ")[0]
    return "UP" if word in {"no", ""} else word


def total(numbers: Iterable[float | None]) -> float | None:
    """Return the sum of those of *numbers* that are known; None if none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
