"""Compare the application as it is with others of itself, in turns, until the answer is certain."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from advise.noise import Gain, gains, spread
from engine.trial.window import Stage, Window

Counts = Mapping[str, int]
CLEARLY_LESS = 0.4
# A replica that is advised must bring something almost certainly; one that is not advised costs
# nobody anything.
ENOUGH_FOR_NO = 0.9


@dataclass(frozen=True, slots=True)
class Pace:
    """How it is measured.

    Attributes:
        settle_s: Seconds between a change and the measurement after it.
        window_s: Seconds of a measurement.
        rounds: How many rounds there are at most.
        worth: By how much, as a share, one more replica must raise the goal to be worth it.
        deadline_s: When it must be over, on the clock that only goes forward.
    """

    settle_s: float = 1.0
    window_s: float = 3.0
    rounds: int = 16
    worth: float = 0.05
    deadline_s: float = math.inf

    @property
    def is_over(self) -> bool:
        """Whether no time is left for more."""
        return time.monotonic() >= self.deadline_s


@dataclass(slots=True)
class Comparison:
    """What was measured in a step.

    Attributes:
        windows: Configuration to its windows; `AS_IS` is the application as it is.
        needed: Configuration to the ratio from which it is worth its replicas.
        ratios: Configuration to its goal against that of `AS_IS`, round by round.
        unsure: Those of which it could not be told, at the end, whether they are worth it.
    """

    needed: Mapping[str, float]
    windows: dict[str, list[Window]] = field(default_factory=dict)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()

    @property
    def gains(self) -> dict[str, Gain]:
        """What each configuration brings."""
        return gains(self.ratios)

    @property
    def noise(self) -> float:
        """By how much, as a share, two measurements of the same thing differ."""
        return spread(self.ratios)[0]

    @property
    def winner(self) -> str:
        """The configuration that certainly brings something and most of all; empty if none does."""
        sure = {n: g for n, g in self.gains.items() if g.low > 1 and g.ratio >= self.needed[n]}
        return max(sure, key=lambda name: sure[name].ratio, default="")

    @property
    def is_decided(self) -> bool:
        """Whether one certainly is worth it and the best, or certainly none is."""
        found = self.gains
        if not found:
            return False
        if name := self.winner:
            best, others = found[name], {n: gain for n, gain in found.items() if n != name}
            return all(one.high < best.ratio or one.ratio < best.low for one in others.values())
        return set(found) <= self.not_worth

    @property
    def not_worth(self) -> frozenset[str]:
        """The configurations that hardly bring enough."""
        found = gains(self.ratios, ENOUGH_FOR_NO)
        return frozenset(name for name, gain in found.items() if gain.high < self.needed[name])


AS_IS = ""
Say = Callable[[str, Window], None]


def compare(
    stage: Stage, base: Counts, others: Mapping[str, Counts], pace: Pace, say: Say
) -> Comparison:
    """Return what *others* bring against *base*.

    Args:
        stage: The application.
        base: Service to replicas, as it is.
        others: Name to the replicas of each service.
        pace: How it is measured.
        say: Called after each measurement, with the name.
    """
    found = Comparison({name: _needed(base, counts, pace.worth) for name, counts in others.items()})
    for number in range(pace.rounds):
        turn = _round(found, list(others), number)
        measured = {}
        for name in turn:
            stage.switch(others.get(name, base))
            stage.watch(pace.settle_s)
            measured[name] = stage.watch(pace.window_s)
            say(name, measured[name])
        _take(found, measured)
        if found.is_decided or pace.is_over:
            break
    found.unsure = frozenset(found.gains) - found.not_worth
    return found


def _needed(base: Counts, counts: Counts, worth: float) -> float:
    more = sum(counts.values()) - sum(base.values())
    return 1 + worth * max(more, 1)


def _round(found: Comparison, names: list[str], number: int) -> list[str]:
    # The order changes from round to round; what is certainly not the answer is left out.
    alive = list(_alive(found, names))
    shift = number % (len(alive) + 1)
    order = [AS_IS, *alive]
    return [*order[shift:], *order[:shift]]


def _alive(found: Comparison, names: list[str]) -> Iterator[str]:
    known, is_out = found.gains, found.not_worth
    best = max((gain.ratio for gain in known.values()), default=1.0)
    for name in names:
        gain = known.get(name)
        is_far = gain is not None and gain.ratio - 1 < CLEARLY_LESS * (best - 1)
        if not (name in is_out or (is_far and best > found.needed[name] * (1 + 2 * found.noise))):
            yield name


def _take(found: Comparison, measured: Mapping[str, Window]) -> None:
    as_is = measured[AS_IS].goal_per_s
    for name, window in measured.items():
        found.windows.setdefault(name, []).append(window)
        if name != AS_IS and as_is > 0 and window.goal_per_s > 0:
            found.ratios.setdefault(name, []).append(window.goal_per_s / as_is)
