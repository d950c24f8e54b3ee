"""How much a closed loop does: clients that ask, wait for the answer, and ask again.

What is measured at the balancers says how long a request takes at a service and how long a client
is elsewhere; replaying the loop with these times and another number of replicas says what that
number would bring. It is replayed rather than computed, because balancers deal requests out in
turn: some wait while another replica is idle, which formulas for one common queue leave out.
Source of the laws: E. Lazowska et al., Quantitative System Performance, chapter 3 (utilisation law,
Little's law) and chapter 5 (bounds).
"""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

_CYCLES, _WARM = 3000, 600
_SPREAD = 0.2  # of the time that a client is elsewhere, either way
_SEED = 1


@dataclass(frozen=True, slots=True)
class Station:
    """A service where requests queue, one at a time in each replica.

    Attributes:
        visits: Requests to it for one unit of the goal.
        service_s: How long one of them takes a replica that has nothing else to do.
        replicas: How many there are.
    """

    visits: float
    service_s: float
    replicas: int


@dataclass(slots=True)
class _Line:
    # The replicas of a station, and who is next.
    station: Station
    turn: int = 0
    owed: float = 0.0
    free_s: list[float] = field(default_factory=list)

    def serve(self, now_s: float) -> float:
        """Return when the visits of one unit that comes at *now_s* are over."""
        self.owed += self.station.visits
        while self.owed >= 1:
            self.owed -= 1
            index = self.turn % self.station.replicas
            self.turn += 1
            now_s = self.free_s[index] = max(now_s, self.free_s[index]) + self.station.service_s
        return now_s


def throughput(clients: int, elsewhere_s: float, stations: Sequence[Station]) -> float:
    """Return how many units a second *clients* get done.

    Args:
        clients: How many there are; each asks for one unit at a time.
        elsewhere_s: How long a client is at no station for one unit.
        stations: Where its requests queue, in this order.
    """
    if clients < 1 or not (elsewhere_s > 0 or stations):
        return 0.0
    draw = random.Random(_SEED)  # noqa: S311 - a model, no secret
    lines = [_Line(one, free_s=[0.0] * one.replicas) for one in stations]
    due = [(draw.random() * elsewhere_s, number, 0) for number in range(clients)]
    heapq.heapify(due)
    warm_s, done = 0.0, 0
    while done < _CYCLES + _WARM:
        now_s, number, stage = heapq.heappop(due)
        if stage < len(lines):
            heapq.heappush(due, (lines[stage].serve(now_s), number, stage + 1))
            continue
        done += 1
        warm_s = now_s if done == _WARM else warm_s
        away_s = elsewhere_s * draw.uniform(1 - _SPREAD, 1 + _SPREAD)
        heapq.heappush(due, (now_s + away_s, number, 0))
    return _CYCLES / (now_s - warm_s) if now_s > warm_s else 0.0
