"""Double what limits, again and again, until that is not worth it any more."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from advise.answer import Advice, Ending, Step
from advise.diagnosis import diagnosed
from advise.model import Point, is_bound, mean, predicted
from advise.rounds import AS_IS, Comparison, Pace, Say, compare
from engine.trial.window import Stage, Window

IDLE_CORES = 0.05
SLOW_START = 5
Open = Callable[[Mapping[str, int], Mapping[str, int]], AbstractContextManager[Stage]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        counts: Service to replicas, as it is: those that may be doubled.
        clients: Those of them whose replicas ask, rather than answer.
        others: Clients that are no service of the file.
        state: Services that may be the limit, and cannot be doubled.
        budget: How many replicas of those in *counts* there may be together.
        pace: How it is measured.
        untouched: Service to the reason why it is not doubled.
    """

    counts: Mapping[str, int]
    clients: frozenset[str] = frozenset()
    others: int = 0
    state: tuple[str, ...] = ()
    budget: int = 32
    pace: Pace = field(default_factory=Pace)
    untouched: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Climb:
    """The experiment, from the first measurement to the advice.

    Args:
        question: What is asked.
        opened: Returns the running application: how many replicas of each service work at first,
            and for how many there is room.
        say: Called after each measurement, with what was doubled.
        told: Called after each step.
    """

    question: Question
    opened: Open
    say: Say
    told: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)

    def run(self) -> Advice:
        """Return what is advised."""
        counts = dict(self.question.counts)
        while True:
            room = {name: _doubled(number, self._left(counts)) for name, number in counts.items()}
            with self.opened(counts, room) as stage:
                ending, limit = self._on(stage, counts, room)
            if ending is not None:
                return self._advice(counts, ending, limit)

    def _on(
        self, stage: Stage, counts: dict[str, int], room: Mapping[str, int]
    ) -> tuple[Ending | None, str]:
        # Climbs as far as the room allows; changes *counts*. Returns why it ends, and the limit.
        step = self._step(stage, counts, room)
        if step.window.goal_per_s <= 0:
            return Ending.IDLE, ""
        if step.winners:
            for name in step.winners:
                counts[name] = room[name]
            return (Ending.TIME, "") if self.question.pace.is_over else (None, "")
        if self._left(counts) < 1:
            return Ending.BUDGET, ""
        if self.question.pace.is_over:
            return Ending.TIME, ""
        return diagnosed(stage, counts, self.question.state, self.question.pace, step, self.say)

    def _step(self, stage: Stage, counts: Mapping[str, int], room: Mapping[str, int]) -> Step:
        stage.switch(counts)
        stage.watch(self.question.pace.settle_s)
        first = stage.watch(self.question.pace.window_s)
        if first.goal_per_s <= 0:  # it may be slow to start
            first = stage.watch(SLOW_START * self.question.pace.window_s)
        self.points.append(Point(dict(counts), first))
        single = {
            name: {**counts, name: room[name]}
            for name in counts
            if room[name] > counts[name] and first.goal_per_s > 0 and not _is_idle(first, name)
        }
        foretold = {name: self._predicted(name, more) for name, more in single.items()}
        found = compare(stage, counts, single, self.question.pace, self.say) if single else None
        winners: tuple[str, ...] = ()
        if found and (name := self._accepted(found, counts)):
            winners = (name,)
        elif found and len(single) > 1:
            found, winners = self._together(stage, counts, single, found)
        return self._told(counts, room, found, foretold, winners)

    def _together(
        self,
        stage: Stage,
        counts: Mapping[str, int],
        single: Mapping[str, Mapping[str, int]],
        alone: Comparison,
    ) -> tuple[Comparison, tuple[str, ...]]:
        # Two services may limit each other: all doubled at once, then without each of them.
        names = sorted(single)
        chosen = names

        def both(some: Sequence[str]) -> dict[str, int]:
            return {**counts, **{name: single[name][name] for name in some}}

        found = compare(stage, counts, {"+".join(names): both(names)}, self._pace(), self.say)
        _merge(alone, found)
        if not self._accepted(found, counts):
            return alone, ()
        best = next(iter(found.gains.values())).ratio
        for name in names:
            fewer = [one for one in chosen if one != name]
            if len(fewer) < 2:  # noqa: PLR2004 - each alone brings nothing, as was measured
                break
            found = compare(stage, counts, {"+".join(fewer): both(fewer)}, self._pace(), self.say)
            _merge(alone, found)
            accepted, gain = self._accepted(found, counts), next(iter(found.gains.values()))
            if accepted and gain.high >= best * 0.9:
                chosen = fewer
        return alone, tuple(chosen)

    def _accepted(self, found: Comparison, counts: Mapping[str, int]) -> str:
        # What computes on a full machine takes from others what it gains; so do more clients of it.
        name, as_is = found.winner, mean(found.windows[AS_IS])
        services = set(name.split("+")) if name else set()
        limits = set(counts) if services <= self.question.clients else services
        return "" if any(as_is.starves(one, counts[one]) for one in limits) else name

    def _pace(self) -> Pace:
        return self.question.pace

    def _told(
        self,
        counts: Mapping[str, int],
        room: Mapping[str, int],
        found: Comparison | None,
        foretold: Mapping[str, float | None],
        winners: tuple[str, ...],
    ) -> Step:
        windows = {name: mean(some) for name, some in (found.windows if found else {}).items()}
        step = Step(
            counts=dict(counts),
            more=dict(room),
            window=windows.get(AS_IS, self.points[-1].window),
            gains=found.gains if found else {},
            predicted={name: value for name, value in foretold.items() if value},
            bounds=self._bounds(counts, room, foretold),
            measured={name: one.goal_per_s for name, one in windows.items() if name != AS_IS},
            winners=winners,
            unsure=tuple(sorted(found.unsure)) if found and not winners else (),
            noise=found.noise if found and found.ratios else 0.0,
        )
        self.steps.append(step)
        # Paused clients hold what they asked for: only before the first pause is the rest true.
        first = replace(self.points[-1].window, goal_per_s=step.window.goal_per_s)
        self.points[-1] = Point(dict(counts), first)
        self.limits += [name for name in winners if name not in self.limits]
        self.told(step)
        return step

    def _predicted(self, name: str, counts: Mapping[str, int]) -> float | None:
        asked = self.question
        return predicted(
            self.points,
            frozenset([*self.limits, name]),
            counts,
            clients=asked.clients,
            others=asked.others,
        )

    def _bounds(
        self,
        counts: Mapping[str, int],
        room: Mapping[str, int],
        foretold: Mapping[str, float | None],
    ) -> tuple[str, ...]:
        return tuple(
            name
            for name, per_s in foretold.items()
            if per_s
            and is_bound(self.points, [*self.limits, name], {**counts, name: room[name]}, per_s)
        )

    def _left(self, counts: Mapping[str, int]) -> int:
        return max(self.question.budget - sum(counts.values()), 0)

    def _advice(self, counts: Mapping[str, int], ending: Ending, limit: str) -> Advice:
        last = self.steps[-1]
        goal = last.measured["+".join(last.winners)] if last.winners else last.window.goal_per_s
        return Advice(tuple(self.steps), dict(counts), goal, ending, limit, self.question.untouched)


def _doubled(number: int, left: int) -> int:
    return number + min(number, left)


def _is_idle(window: Window, name: str) -> bool:
    # Nobody asks it: it is no limit, and need not be measured.
    use = window.uses.get(name)
    return use is not None and use.per_s == 0 and not use.present and use.cores < IDLE_CORES


def _merge(into: Comparison, found: Comparison) -> None:
    for name, windows in found.windows.items():
        into.windows.setdefault(name, []).extend(windows)
    into.ratios |= found.ratios
    into.needed = {**into.needed, **found.needed}
    into.unsure |= found.unsure
