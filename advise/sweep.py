"""What several numbers of replicas of one service do, each foretold by those before it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from advise.model import Point, mean, predicted
from advise.rounds import Pace
from engine.trial.window import Stage

WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of replicas, and the goal a second: foretold (None if it was not) and measured."""

    replicas: int
    predicted: float | None
    per_s: float


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
    for number in numbers:
        now = {**counts, service: number}
        guess = predicted(points, frozenset([service]), now, clients=clients, others=others)
        stage.switch(now)
        stage.watch(pace.settle_s)
        window = mean([stage.watch(pace.window_s) for _ in range(WINDOWS)])
        points.append(Point(now, window))
        found.append(Measured(number, guess, window.goal_per_s))
        told(found[-1])
    return found
