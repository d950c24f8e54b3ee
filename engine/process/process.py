"""One process of a run, and a whole run: values, decided before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.process.restart import Restart
from lb.model import Address


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a run.

    Attributes:
        name: ``worker-3`` for the third replica, as Compose spells it.
        service: The service.
        command: A list of words; no shell reads it.
        folder: Where it runs; made if it is not there.
        env: All of its variables.
        answers: Where it listens when it is ready; None for one that nobody calls.
        published: Container port to its address on the host.
        wave: It starts when every process of a lower wave is ready, and stops before them.
        waits_for: Names of services that must have ended before it starts.
        needs: Names of services without which it cannot start: one of *waits_for* that ended
            with another code than 0, any other that was never ready.
        restart: What happens when it ends by itself.
        socket: Runtime socket of a balancer or ambassador, None for others.
    """

    name: str
    service: str
    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    answers: Address | None
    wave: int
    restart: Restart
    published: Mapping[int, Address] = field(default_factory=dict)
    waits_for: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    socket: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run.

    Attributes:
        processes: In the order of their start.
        files: Path to text, to write before the start.
        notices: What a person should know about it, a sentence each.
    """

    processes: tuple[Process, ...]
    files: Mapping[Path, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
