"""What was seen of an application while it ran for a few seconds: values, and who can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

FULL = 0.95
COMPUTES = 0.5
# The share of a machine that is worth taking from others.
SIZABLE = 0.25
# The share of the time in which a replica does not stand in line for a processor.
MOSTLY = 0.25
# What one thread wants that always has something to do, as measured.
ONE_THREAD = (0.9, 1.1)
# Requests at a replica, on average, up to which one seldom finds another there.
SELDOM = 0.3


@dataclass(frozen=True, slots=True)
class Use:
    """What one service did.

    Attributes:
        cores: How many cores it kept busy, all replicas together.
        wanted: How many it would have kept busy if it had not waited for one; as far as the
            system tells, else as *cores*.
        per_s: Requests (TCP mode: connections) a second that its balancer gave it; None without.
        present: How many of them were there at a time, waiting ones too; None without.
    """

    cores: float = 0.0
    wanted: float = 0.0
    per_s: float | None = None
    present: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine did: shares of what it has, from 0 to 1.

    Attributes:
        cpu: All cores together.
        memory: What is in use.
        disk: The time that the busiest disk was busy.
        cores: How many it has.
    """

    cpu: float = 0.0
    memory: float = 0.0
    disk: float = 0.0
    cores: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """A few seconds of an application.

    Attributes:
        goal_per_s: What is wanted of it, a second.
        uses: Service to what it did.
        machine: What the machine did.
        latency_s: Mean time that a request of the load took; None without a load of ours.
    """

    goal_per_s: float
    uses: Mapping[str, Use] = field(default_factory=dict)
    machine: Machine = field(default_factory=Machine)
    latency_s: float | None = None

    def starves(self, service: str, replicas: int) -> bool:
        """Tell whether *replicas* of *service* compute all the time, on a machine that is full.

        More of them take from others what they gain. A service that waits rather than computes
        hardly notices what else fills the machine: it stands in line for a processor each time that
        somebody asks it, so that it seems to want one, and then hardly uses it.
        """
        use, most = self.uses.get(service, Use()), COMPUTES * replicas
        out_of_line = replicas - (use.wanted - use.cores)
        least = min(most, SIZABLE * self.machine.cores, MOSTLY * max(out_of_line, 0.0))
        computes = use.cores >= least
        return self.machine.cpu >= FULL and use.wanted >= most and computes

    def is_one_full_thread(self, service: str) -> bool:
        """Tell whether *service*, on a machine that is full, wants one processor all the time.

        It is then what others wait for, though slowing it down changes little: what it was kept
        from doing it makes up for, as the scheduler gives it more than others afterwards.
        """
        least, most = ONE_THREAD
        wanted = self.uses.get(service, Use()).wanted
        return self.machine.cpu >= FULL and least <= wanted <= most

    def hardly_waits(self, service: str, replicas: int) -> bool:
        """Tell whether hardly any request to *replicas* of *service* waits for another one.

        Seldom is one of them asked for a second thing while it works: more of them cannot be
        faster. False where no balancer counts.
        """
        present = self.uses.get(service, Use()).present
        return present is not None and present < SELDOM * replicas


class Stage(Protocol):
    """A running application whose replicas can be switched on and off, and measured."""

    def switch(self, counts: Mapping[str, int]) -> None:
        """Let *counts* replicas of each service work, and the others not."""

    def watch(self, seconds: float) -> Window:
        """Return what it does in the next *seconds*."""

    def slow(self, service: str, share: float) -> None:
        """Take *share* of its time, from 0 to 1, from *service*; 0 lets it work as before."""
