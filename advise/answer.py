"""What was found: the way that was climbed, and why it ends where it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from advise.noise import Gain
from engine.trial.window import Window


class Ending(Enum):
    """Why more replicas are not advised."""

    BUDGET = "the budget is used"
    NOT_WORTH = "a further replica brings less than it is worth"
    MACHINE = "the machine is full"
    STATE = "a service that keeps state is the limit: do not scale it"
    NOTHING = "no service is the limit"
    UNSURE = "cannot tell"
    TIME = "the time is over"
    IDLE = "the goal does not move"


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison, and what came of it.

    Attributes:
        counts: Service to replicas, before it.
        more: Service to replicas where it is doubled.
        window: What *counts* did.
        gains: Configuration to what it brought: a service that was doubled, or several.
        predicted: Configuration to the goal that the model foretold; missing where it cannot.
        bounds: Configurations for which that may be too much, as another service may not do it.
        measured: Configuration to the goal that was measured, means.
        winners: The services that were doubled for the next step; empty at the end.
        unsure: Configurations of which it cannot be told whether they are worth it.
        noise: By how much, as a share, two measurements of the same thing differ.
    """

    counts: Mapping[str, int]
    more: Mapping[str, int]
    window: Window
    gains: Mapping[str, Gain]
    predicted: Mapping[str, float]
    measured: Mapping[str, float]
    bounds: tuple[str, ...] = ()
    winners: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Advice:
    """All that was found.

    Attributes:
        steps: In order.
        counts: Service to the replicas that are advised.
        goal_per_s: What they did.
        ending: Why it are not more.
        limit: The service that is the limit then; empty if none is known.
        untouched: Service to the reason why it was not doubled.
    """

    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    goal_per_s: float
    ending: Ending
    limit: str = ""
    untouched: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> dict[str, int]:
        """What is advised of it that differs from the file: service to replicas."""
        before = self.steps[0].counts if self.steps else self.counts
        return {name: n for name, n in self.counts.items() if n != before.get(name)}

    @property
    def times(self) -> float:
        """How many times as much as the file does; 1 if nothing is advised."""
        before = self.steps[0].window.goal_per_s if self.steps else 0.0
        return self.goal_per_s / before if before > 0 else 1.0
