"""A stage that answers at once, by the least capacity, with noise: for rules, not for proofs."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.trial.window import Machine, Use, Window


@dataclass
class Law:
    """An application by its capacities: the least of them is what it does.

    Attributes:
        each: Service to what one replica does a second.
        most: What the rest of it does, whatever the replicas.
        noise: The spread of what is measured.
        cpu: Of the machine.
        cores: What each service keeps busy.
        present: Requests at each service at a time.
        wants: Service beside those to the processors that it wants, of which it gets a third.
    """

    each: Mapping[str, float]
    most: float = 1e9
    noise: float = 0.02
    cpu: float = 0.2
    store: float = 0.0
    cores: float = 0.1
    present: float = 3.0
    wants: Mapping[str, float] = field(default_factory=dict)
    draw: random.Random = field(default_factory=lambda: random.Random(1))
    counts: dict[str, int] = field(default_factory=dict)
    slowed: float = 0.0
    watched: int = 0

    @contextmanager
    def opened(self, counts: Mapping[str, int], room: Mapping[str, int]) -> Iterator["Law"]:
        assert all(room[name] >= number for name, number in counts.items())
        yield self

    def switch(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)

    def watch(self, seconds: float) -> Window:  # noqa: ARG002 - it takes no time
        self.watched += 1
        least = min([self.most, *(self.each[name] * n for name, n in self.counts.items())])
        if self.store:
            least = min(least, self.store * (1 - self.slowed))
        goal = least * (1 + self.draw.gauss(0, self.noise))
        uses = {name: Use(self.cores, self.cores, goal, self.present) for name in self.counts}
        uses |= {name: Use(wanted / 3, wanted) for name, wanted in self.wants.items()}
        return Window(goal, uses, Machine(cpu=self.cpu, cores=2))

    def slow(self, service: str, share: float) -> None:  # noqa: ARG002 - there is one
        self.slowed = share
