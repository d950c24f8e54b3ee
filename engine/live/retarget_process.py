"""Lead an ambassador that is a process of this host elsewhere."""

import socket
import time
from collections.abc import Sequence
from contextlib import suppress

from ambassador import upstreams as far
from engine import whole_file
from engine.live.pools import Pools, moves_of
from engine.live.running import Live
from faults import HostError
from lb import runtime
from lb.runtime import Row, binds_of, leading_to

_LOOK_EVERY_S = 0.005


def retarget_process(
    live: Live, rows: Sequence[Row], pools: Pools, probed: int | None, within_s: float
) -> int | None:
    """Let *live*, a process of this host, lead to *pools*, and keep that for its next start.

    Returns after how many milliseconds somebody answered through it; None if nobody was asked, or
    nobody answered.

    Args:
        live: The ambassador.
        rows: Its servers now.
        pools: Backend to the addresses that it is to lead to, as a container would have them.
        probed: The port that is asked with a ping until somebody answers; None for none.
        within_s: For how many seconds it is asked.

    Raises:
        HostError: It does not answer, or a new name would have to be resolved.
    """
    name = live.service.name
    running = {row.backend for row in rows}
    here = {
        pool: [*map(far.from_process, found)] for pool, found in pools.items() if pool in running
    }
    moves = moves_of(rows, here)
    if moves is None or live.socket is None:
        what = f"'{name}' is a process, and cannot resolve a new name while it runs"
        raise HostError(what, fix="give an IP address, or dcgen stop and dcgen up")
    file = live.socket.with_suffix(".cfg")
    texts = {pool: [str(address) for address in found] for pool, found in here.items()}
    new = leading_to(file.read_text(encoding="utf-8"), texts)
    begin_s = time.monotonic()
    forgetting = runtime.forgetting(live.ask)
    runtime.tell(live.ask, [*moves, *forgetting, *map(runtime.cut, rows)])
    bind = binds_of(new).get(f"{far.pool(name, probed)}-in", "") if probed else ""
    answered = bool(bind) and _answers(bind, begin_s + within_s)
    took_ms = round((time.monotonic() - begin_s) * 1000)
    with whole_file.replacing(file) as draft:  # for the day that it has to be started again
        draft.write(new.encode())
    return took_ms if answered else None


def _answers(bind: str, end_s: float) -> bool:
    host, _, port = bind.rpartition(":")
    while time.monotonic() < end_s:
        with suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), 1) as asked:
            asked.sendall(b"PING\r\n")
            if asked.recv(1):
                return True
        time.sleep(_LOOK_EVERY_S)
    return False
