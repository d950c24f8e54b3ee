"""What happens while a variant runs, as values: the engine yields them, the door draws them.

A *name* is a process's: the service, or ``worker.3`` for the third of several replicas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person should know about the run, as one sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Published:
    """A container port that the host serves.

    Attributes:
        service: Whose port it is.
        port: In the container.
        address: Where the host listens, ``0.0.0.0:8001`` for all of its addresses.
        url: How it is reached from this host, ``http://127.0.0.1:8001``.
    """

    service: str
    port: int
    address: str
    url: str


@dataclass(frozen=True, slots=True)
class Started:
    """A process runs; it may not answer yet."""

    name: str
    pid: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A process answers on its port (or has none), *after_s* seconds after its start."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class AllReady:
    """Every one of *processes* is ready, *after_s* seconds after the start."""

    processes: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a process's output, without its end."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Exited:
    """A process ended by itself: *code* is negative for a signal (``-9``), as Python says it."""

    name: str
    code: int


@dataclass(frozen=True, slots=True)
class Restarting:
    """A process that ended will be started again after *delay_s* seconds, for the *nth* time."""

    name: str
    nth: int
    delay_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A process ended, or never answered, and the whole run stops because of it."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The sum of the numbers that the counted log lines named, and its growth a second."""

    total: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Stopping:
    """Everything is told to end, and why: ``interrupted``, ``20 s are over``, a failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Every process is gone after *after_s* seconds; *killed* did not go when asked."""

    processes: int
    after_s: float
    killed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        seconds: From the moment that all was ready to the moment that the stop began.
        processes: How many ran.
        restarts: Process name to how often it was started again; only those that were.
        requests: Balancer to server to the number of requests (TCP mode: connections) given to it.
        units: The sum of the counted log lines; None if nothing was counted.
        units_per_s: Growth of *units* over the last *window_s* seconds.
        window_s: Seconds over which *units_per_s* was measured; the start-up is left out.
    """

    seconds: float
    processes: int
    restarts: Mapping[str, int] = field(default_factory=dict)
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    units: int | None = None
    units_per_s: float = 0.0
    window_s: float = 0.0


@dataclass(frozen=True, slots=True)
class HostStarted:
    """A command runs on a Docker host; *host* is empty for the default one."""

    host: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostLine:
    """One line of output of the command on a Docker host."""

    host: str
    text: str


@dataclass(frozen=True, slots=True)
class HostDone:
    """The command ended on a Docker host with *code*, after *after_s* seconds."""

    host: str
    code: int
    after_s: float


Change = Literal[
    "draining",
    "idle",
    "busy",
    "removed",
    "started",
    "healthy",
    "replaced",
    "kept",
    "serving",
    "recreated",
]


@dataclass(frozen=True, slots=True)
class Changed:
    """Something became of a server or container while all others went on.

    Attributes:
        name: The server or container: ``rng2``, ``rng-replicas-3``.
        what: See `Change`: what a drain says (draining, idle, busy, removed), what a rollout adds
            (started, healthy, replaced, kept), and what an ``up`` adds (serving, recreated).
        after_s: Seconds that it took; None for what only begins.
        host: Where; empty for the default Docker host, and for processes.
        detail: What a person wants to know besides: ``2 requests are still open``.
    """

    name: str
    what: Change
    after_s: float | None = None
    host: str = ""
    detail: str = ""


Event = (
    Notice
    | Published
    | Started
    | Ready
    | AllReady
    | Line
    | Exited
    | Restarting
    | Failed
    | Counted
    | Stopping
    | Stopped
    | Summary
    | HostStarted
    | HostLine
    | HostDone
    | Changed
)
