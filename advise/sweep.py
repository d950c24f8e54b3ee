"""What several numbers of replicas of one service do, each foretold by those before it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from advise.model import Point, is_bound, mean, predicted
from advise.rounds import Pace
from engine.trial.window import Stage, Window

WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of replicas, and the goal a second: foretold (None if it was not) and measured.

    With *is_bound* what was foretold may be too much, as another service may not do that.
    """

    replicas: int
    predicted: float | None
    per_s: float
    is_bound: bool = False


def sweep(  # noqa: PLR0913 - each says another thing
    stage: Stage,
    counts: Mapping[str, int],
    service: str,
    numbers: Sequence[int],
    pace: Pace,
    *,
    clients: Collection[str],
    others: int,
    told: Callable[[Measured], None],
) -> list[Measured]:
    """Return what *numbers* of replicas of *service* do, in that order.

    Args:
        stage: The application, with room for all of them.
        counts: Service to replicas, of all others.
        service: The service.
        numbers: How many replicas of it.
        pace: How it is measured.
        clients: The services whose replicas ask.
        others: Clients that are no service of the file.
        told: Called with each of them.
    """
    points: list[Point] = []
    found = []
    limits = frozenset([service])
    for number in numbers:
        now = {**counts, service: number}
        guess = predicted(points, limits, now, clients=clients, others=others)
        bound = guess is not None and is_bound(points, limits, now, guess)
        stage.switch(now)
        window = _measured(stage, pace, others + sum(now[name] for name in clients))
        points.append(Point(now, window))
        found.append(Measured(number, guess, window.goal_per_s, bound))
        told(found[-1])
    return found


def _measured(stage: Stage, pace: Pace, asking: int) -> Window:
    # By Little's law each of those who ask is done with what it began before, and with one more.
    stage.watch(pace.settle_s)
    windows = [stage.watch(pace.window_s)]
    per_s = windows[0].goal_per_s
    takes_s = asking / per_s if per_s > 0 else 0.0
    if takes_s > pace.settle_s:
        stage.watch(min(2 * takes_s, pace.window_s * WINDOWS))
        windows = []
    while len(windows) < WINDOWS:
        windows.append(stage.watch(pace.window_s))
    return mean(windows)
