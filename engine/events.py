"""What happens while a variant runs, as values: the engine yields them, the door draws them.

A *name* is a process's, spelt as Compose spells a container: ``worker-3`` for the third replica.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.hosts import DEFAULT_HOST, Host
from engine.streams import HostEvent
from engine.underway import Underway


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
    """Nothing is waited for any more, *after_s* seconds after the start.

    Attributes:
        processes: How many of them are ready.
        after_s: Seconds.
        of: How many there are: some may have ended, or do not answer.
    """

    processes: int
    after_s: float
    of: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a process's output, without its end."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Exited:
    """A process ended by itself, with *code*: 137 for SIGKILL, as Docker says it."""

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
    """A process cannot be started without another one that is lost: the whole run stops."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A process does not listen on *address*, where it should, *after_s* seconds after its start.

    The run goes on, and so does the process.
    """

    name: str
    address: str
    after_s: float


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
    """Every process is gone after *after_s* seconds.

    Attributes:
        processes: How many ran until then.
        after_s: Seconds from the first request to end.
        killed: Those that did not go when asked.
        exited: Process name to exit code, of those that had ended before.
    """

    processes: int
    after_s: float
    killed: tuple[str, ...] = ()
    exited: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        seconds: From the moment that all was ready to the moment that the stop began.
        processes: How many ran.
        restarts: Process name to how often it was started again; only those that were.
        exited: Process name to exit code, of those that ended and were not started again.
        requests: Balancer to server to the number of requests (TCP mode: connections) given to it.
        units: The sum of the counted log lines; None if nothing was counted.
        units_per_s: Growth of *units* over the last *window_s* seconds.
        window_s: Seconds over which *units_per_s* was measured; the start-up is left out.
    """

    seconds: float
    processes: int
    restarts: Mapping[str, int] = field(default_factory=dict)
    exited: Mapping[str, int] = field(default_factory=dict)
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    units: int | None = None
    units_per_s: float = 0.0
    window_s: float = 0.0


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
    "moved",
    "closed",
    "restarted",
    "updated",
]


@dataclass(frozen=True, slots=True)
class Changed:
    """Something became of a server or container while all others went on.

    Attributes:
        name: The server or container: ``rng2``, ``rng-replicas-3``.
        what: See `Change`: what a drain says (draining, idle, busy, closed, removed), what a
            rollout adds (started, healthy, replaced, kept), and what an ``up`` adds (serving,
            recreated, moved, restarted), and what a watch does (updated).
        after_s: Seconds that it took; None for what only begins.
        host: Where; the default one for processes, too.
        detail: What a person wants to know besides: ``2 requests are still open``.
    """

    name: str
    what: Change
    after_s: float | None = None
    host: Host = DEFAULT_HOST
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
    | Silent
    | Counted
    | Stopping
    | Stopped
    | Summary
    | HostEvent
    | Changed
    | Underway
)
