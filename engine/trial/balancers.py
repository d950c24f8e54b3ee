"""The balancers of a trial: which of their servers serve, and what they count meanwhile."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.live.running import Live
from lb import runtime
from lb.runtime import Row

LEAVES_WITHIN_S = 0.5
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Counted:
    """What the balancer of a service counted up to now.

    Attributes:
        total: Requests (TCP mode: connections) so far.
        present: How many are there at this moment, waiting ones too.
    """

    total: int
    present: int


def service_of(live: Live) -> str:
    """Return the service that *live* balances."""
    return live.identity.service or live.service.name


def counted(lives: Sequence[Live]) -> dict[str, Counted]:
    """Return what each of *lives* counted, by service."""
    found = {}
    for live in lives:
        rows, queues = runtime.rows_and_queues(live.ask)
        present = sum(row.sessions + row.queue for row in rows) + sum(queues.values())
        found[service_of(live)] = Counted(sum(row.total for row in rows), present)
    return found


def serve(live: Live, count: int) -> None:
    """Let the first *count* servers of *live* serve, and no other.

    A connection that is kept stays where it is, so it is closed: its client comes back, and is
    given to one of those that serve now.
    """
    rows = live.rows()
    order = list(dict.fromkeys(row.server for row in rows))
    chosen = set(order[:count])
    changed = [row for row in rows if (row.server in chosen) == row.leaving]
    if not changed:
        return
    runtime.tell(
        live.ask,
        [runtime.state(row, "ready" if row.server in chosen else "drain") for row in changed],
    )
    kept = _kept(live, {row.key for row in changed if row.server not in chosen})
    if kept:
        runtime.tell(live.ask, [runtime.cut(row) for row in kept])


def _kept(live: Live, keys: set[str]) -> list[Row]:
    # Those of *keys* that still have sessions when a request should long be answered.
    deadline_s = time.monotonic() + LEAVES_WITHIN_S
    while keys:
        busy = [row for row in live.rows() if row.key in keys and row.sessions]
        if not busy or time.monotonic() > deadline_s:
            return busy
        time.sleep(_LOOK_EVERY_S)
    return []


def spread_anew(live: Live, before: Mapping[str, int]) -> None:
    """Close what is connected to *live* if servers that serve get nothing since *before*.

    That is how it looks when all clients keep the connections that they have.

    Args:
        live: The balancer.
        before: Server to what it was given before they were told to serve.
    """
    rows = [row for row in live.rows() if not row.leaving]
    fresh = [row for row in rows if row.total == before.get(row.key, 0) and not row.sessions]
    held = [row for row in rows if row.sessions]
    if fresh and held and sum(row.total for row in rows) == sum(before.get(r.key, 0) for r in rows):
        runtime.tell(live.ask, [runtime.cut(row) for row in held])
