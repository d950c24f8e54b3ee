"""One process of a run, and a whole run: values, decided before anything starts.

The delays between restarts are those of Docker: 100 ms, doubled each time up to a minute, and
100 ms again after 10 s of good health.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lb.address import Address

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 60.0
HEALTHY_S = 10.0


@dataclass(frozen=True, slots=True)
class Restart:
    """One of Compose's policies, and how often at *most*; None is endless."""

    policy: str = "no"
    most: int | None = None

    def again(self, code: int, restarts: int) -> bool:
        """Return whether a process that ended with *code*, after *restarts*, runs once more."""
        if self.policy == "no" or (self.policy == "on-failure" and code == 0):
            return False
        return self.most is None or restarts < self.most


def delay_s(restarts: int) -> float:
    """Return how long to wait before the next start, after *restarts* in a row."""
    return min(FIRST_DELAY_S * 2.0 ** min(restarts, 10), LONGEST_DELAY_S)


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
