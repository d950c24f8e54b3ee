"""What another number of replicas would bring, by what was measured so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from advise.closed import Station, throughput
from engine.trial.window import Machine, Use, Window

# One at a time does not keep a replica busy for more than all of the time, and some noise.
_SEVERAL = 1.15


@dataclass(frozen=True, slots=True)
class Point:
    """What *counts* replicas of each service did: a mean of windows.

    Attributes:
        counts: Service to replicas.
        window: Means of all windows.
    """

    counts: Mapping[str, int]
    window: Window


def mean(windows: Sequence[Window]) -> Window:
    """Return the mean of *windows*: of each number that all of them have."""
    names = windows[0].uses
    uses = {name: _mean_use([one.uses[name] for one in windows]) for name in names}
    machines = [one.machine for one in windows]
    machine = Machine(
        median(one.cpu for one in machines),
        median(one.memory for one in machines),
        median(one.disk for one in machines),
        machines[0].cores,
    )
    return Window(fmean(one.goal_per_s for one in windows), uses, machine)


def _mean_use(uses: Sequence[Use]) -> Use:
    per_s = [use.per_s for use in uses if use.per_s is not None]
    present = [use.present for use in uses if use.present is not None]
    return Use(
        fmean(use.cores for use in uses),
        fmean(use.wanted for use in uses),
        fmean(per_s) if per_s else None,
        fmean(present) if present else None,
    )


def predicted(
    points: Sequence[Point],
    limits: frozenset[str],
    counts: Mapping[str, int],
    *,
    clients: Collection[str],
    others: int = 0,
) -> float | None:
    """Return how many units of the goal *counts* replicas would do a second, as *points* suggest.

    Args:
        points: What was measured.
        limits: The services where requests may queue.
        counts: Service to replicas.
        clients: The services whose replicas ask, one request at a time each.
        others: Clients that are no service of the file.

    Returns:
        None if nothing can be said: nobody is known to ask, or nothing was counted there.
    """
    asking = others + sum(counts[name] for name in clients)
    stations = [_station(points, name, counts[name]) for name in sorted(limits - set(clients))]
    known = [one for one in stations if one is not None]
    elsewhere_s = _elsewhere_s(points, limits, clients, others)
    if not asking or len(known) < len(stations) or elsewhere_s is None:
        return None
    return throughput(asking, elsewhere_s, known)


def is_bound(
    points: Sequence[Point], limits: Collection[str], counts: Mapping[str, int], per_s: float
) -> bool:
    """Tell whether *per_s*, foretold for *counts* replicas, may be more than there can be.

    So it is if a service where nothing queued yet would have to do more than its replicas can one
    at a time. Whether it does several at a time shows when it is asked for more, and not before.

    Args:
        points: What was measured.
        limits: The services where requests may queue, as they were foretold with.
        counts: Service to replicas.
        per_s: Units of the goal a second.
    """
    others = set(counts) - set(limits)
    return any(_is_unknown(points, name, counts[name], per_s) for name in others)


def _is_unknown(points: Sequence[Point], name: str, replicas: int, per_s: float) -> bool:
    known = [one for one in _asked(points, name) if one.stays_s]
    if not known:
        return False
    stays_s = min(one.stays_s for one in known)
    if any(one.per_s * stays_s > one.replicas * _SEVERAL for one in known):
        return False  # it did several at a time
    return per_s * fmean(one.visits for one in known) * stays_s > replicas


def _station(points: Sequence[Point], name: str, replicas: int) -> Station | None:
    asked = _asked(points, name)
    # A replica is busy at most all of the time, and a request takes no longer than it stays.
    times_s = [one.replicas / one.per_s for one in asked]
    times_s += [one.stays_s for one in asked if one.stays_s]
    return Station(fmean(one.visits for one in asked), min(times_s), replicas) if asked else None


@dataclass(frozen=True, slots=True)
class _Asked:
    # What *replicas* of a service were asked: *visits* for one unit of the goal. A request stays
    # for *stays_s*, waiting too; 0 where that was not counted.
    replicas: int
    per_s: float
    visits: float
    stays_s: float


def _asked(points: Sequence[Point], name: str) -> list[_Asked]:
    found = []
    for point in points:
        use, goal = point.window.uses.get(name), point.window.goal_per_s
        if use and use.per_s and goal:
            stays_s = (use.present or 0.0) / use.per_s
            found.append(_Asked(point.counts[name], use.per_s, use.per_s / goal, stays_s))
    return found


def _elsewhere_s(
    points: Sequence[Point], limits: Collection[str], clients: Collection[str], others: int
) -> float | None:
    # Little's law, where the fewest wait: there a small error of their number matters least.
    best: tuple[float, float] | None = None
    for point in points:
        asking = others + sum(point.counts[name] for name in clients)
        uses = [point.window.uses[name] for name in limits if name in point.window.uses]
        present = sum(use.present or 0.0 for use in uses)
        if asking and point.window.goal_per_s:
            away = max(asking - present, 0.0)
            best = max(best or (-1.0, 0.0), (away / asking, away / point.window.goal_per_s))
    return best[1] if best else None
