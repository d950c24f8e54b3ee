"""What the balancers and ambassadors of one host count, by the member that it is counted for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from composefile import labels
from engine.live.running import Live
from engine.top.samples import UPSTREAM, Member, Problem, Traffic, status_of
from faults import UserError
from lb.runtime import Row, rows_and_queues

# From the best to the worst.
_ORDER = ("UP", "DRAIN", "MAINT", "DOWN")


@dataclass(slots=True)
class Counted:
    """What the proxies of one host count.

    Attributes:
        traffic: Name of a member to what is counted for it.
        queues: Service to what waits there for any server.
        upstreams: Servers that are somewhere else.
        problems: What did not answer.
    """

    traffic: dict[str, Traffic] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    upstreams: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def counted(lives: Iterable[Live], name_of: Callable[[Row], str]) -> Counted:
    """Return what *lives* count.

    Args:
        lives: The proxies of one host.
        name_of: Returns the name of the member that a server is; empty if none of this host is.
    """
    found = Counted()
    for live in lives:
        try:
            rows, queues = rows_and_queues(live.ask)
        except UserError as error:
            found.problems.append(Problem(str(live.host), error.what))
            continue
        service = live.identity.service or live.service.name
        found.queues[service] = found.queues.get(service, 0) + sum(queues.values())
        _take(found, live, service, [row for row in rows if row.address], name_of)
    return found


def _take(
    found: Counted, live: Live, service: str, rows: list[Row], name_of: Callable[[Row], str]
) -> None:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(name_of(row) or row.server, []).append(row)
    for name, some in by_name.items():
        if live.identity.role == labels.AMBASSADOR:
            member = Member(
                str(live.host), service, name, role=UPSTREAM, state="", traffic=_traffic(some)
            )
            found.upstreams.append(member)
        else:
            found.traffic[name] = _traffic(some)


def _traffic(rows: list[Row]) -> Traffic:
    worst = max(rows, key=lambda row: _badness(row.status))
    busy = [row for row in rows if row.latency_ms is not None]
    weight = sum(row.total for row in busy)
    mean = sum((row.latency_ms or 0) * row.total for row in busy) / weight if weight else None
    return Traffic(
        status=worst.status,
        check=worst.check,
        address=worst.address,
        sessions=sum(row.sessions for row in rows),
        queue=sum(row.queue for row in rows),
        total=sum(row.total for row in rows),
        latency_ms=None if mean is None else round(mean),
    )


def _badness(status: str) -> int:
    word = status_of(status)
    return _ORDER.index(word) if word in _ORDER else len(_ORDER)
