"""End connections one after the other, so that not all clients connect anew at once."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from engine.events import Changed
from engine.live.running import Live, Server
from lb import runtime
from lb.runtime import Session

_LOOK_EVERY_S = 0.25


def spread(found: Sequence[Server], over_s: float) -> Iterator[Changed]:
    """End what is open to the addresses of *found*, the oldest first, evenly over *over_s* seconds.

    A connection that its client closes meanwhile is one that need not be ended.

    Yields:
        For each server by its name, once nothing is open: how many connections were ended.
    """
    begin_s = time.monotonic()
    ended: dict[tuple[Live, str], Server] = {}  # one that was told to end may be there once more
    number = len(left := _open(found))
    while left:
        share = min(1.0, (time.monotonic() - begin_s) / over_s) if over_s else 1.0
        due = left[: max(0, len(left) - (number - int(number * share)))]
        for live in dict.fromkeys(server.live for server, _ in due):
            live.ask(runtime.shut(session for server, session in due if server.live is live))
        ended.update(((server.live, session.id), server) for server, session in due)
        if share == 1.0:
            break
        time.sleep(_LOOK_EVERY_S)
        left = _open(found)
    took_s = time.monotonic() - begin_s
    for server, count in Counter(ended.values()).items():
        detail = f"{count} connections ended over that time"
        yield Changed(server.name, "closed", took_s, server.live.host, detail)


def _open(found: Sequence[Server]) -> list[tuple[Server, Session]]:
    left = []
    for live in dict.fromkeys(server.live for server in found):
        of = {s.row.address.replace("[", "").replace("]", ""): s for s in found if s.live is live}
        left += [(of[one.address], one) for one in runtime.open_to(live.ask, of)]
    return left
