"""Why no replica brings anything: the machine, a service that keeps state, or nothing at all.

A service that cannot be doubled is slowed down instead: if it is the limit, the goal falls with it.
Source of the idea: C. Curtsinger, E. D. Berger, Coz: Finding Code that Counts with Causal
Profiling, SOSP 2015, which slows the rest of a program down to see what a part of it is worth.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from advise.answer import Ending, Step
from advise.noise import gains
from advise.rounds import AS_IS, Pace, Say
from engine.trial.window import Stage, Window

SHARE = 0.3
# Of the share that is taken, how much the goal loses at least if the service is the limit.
LOSES = 0.6
ROUNDS = 12


def diagnosed(
    stage: Stage, counts: Mapping[str, int], state: Sequence[str], pace: Pace, step: Step, say: Say
) -> tuple[Ending, str]:
    """Return why no replica is worth it after *step*, and which service is the limit, if one is.

    Args:
        stage: The application.
        counts: Service to replicas, as it is.
        state: Services that cannot be doubled.
        pace: How it is measured.
        step: What was found.
        say: Called after each measurement.
    """
    stage.switch(counts)
    for name in state:
        if _falls_with(stage, name, pace, say):
            return Ending.STATE, name
    for name in state:
        if step.window.is_one_full_thread(name):
            return Ending.STATE, name
    if any(step.window.starves(name, number) for name, number in counts.items()):
        return Ending.MACHINE, ""
    unsure = [name for name in step.unsure if not _is_no_limit(step.window, name, counts)]
    if unsure:
        return Ending.UNSURE, max(unsure, key=lambda name: step.gains[name].ratio)
    sizable = 1 + max(pace.worth, 2 * step.noise)
    less = {name: gain.ratio for name, gain in step.gains.items() if gain.ratio >= sizable}
    if less:
        return Ending.NOT_WORTH, max(less, key=lambda name: less[name])
    return Ending.NOTHING, ""


def _is_no_limit(window: Window, name: str, counts: Mapping[str, int]) -> bool:
    return all(window.hardly_waits(one, counts[one]) for one in name.split("+"))


def _falls_with(stage: Stage, name: str, pace: Pace, say: Say) -> bool:
    ratios: list[float] = []
    for _ in range(ROUNDS):
        before = _watched(stage, "", pace, say)
        after = _watched(stage, name, pace, say)
        if before.goal_per_s <= 0:
            continue  # the machine was busy with others for as long as we looked
        ratios.append(max(after.goal_per_s, 1e-9) / before.goal_per_s)
        found = gains({name: ratios})[name]
        if found.low > 1 - SHARE * LOSES or found.high < 1 - SHARE * LOSES:
            break
    # The median: a window in which the machine did nothing for us would move the mean alone.
    return bool(ratios) and median(ratios) < 1 - SHARE * LOSES


def _watched(stage: Stage, slowed: str, pace: Pace, say: Say) -> Window:
    if slowed:
        stage.slow(slowed, SHARE)
    try:
        stage.watch(pace.settle_s)
        window = stage.watch(pace.window_s)
    finally:
        if slowed:
            stage.slow(slowed, 0)
    say(f"{slowed} slowed" if slowed else AS_IS, window)
    return window
