"""Take servers out of a balancer without losing a request: nothing new, then wait until idle."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from engine.docker.containers import Container, Site
from engine.events import Changed
from engine.live.running import Live, Server, on_docker, servers
from engine.live.spread import spread
from engine.replicas import replicas
from engine.variant import Variant
from engine.waiting import DRAIN_WITHIN_S, until
from faults import UserError
from lb import runtime
from lb.model import Address
from lb.runtime import Row

FORGET_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.05


def chosen(lives: Sequence[Live], names: Sequence[str]) -> list[Server]:
    """Return the servers that *names* mean: a server, all of a service, or all of a balancer.

    Raises:
        UserError: A name means none of them; the error lists those that there are.
    """
    there = [server for live in lives for server in servers(live)]
    found: list[Server] = []
    for name in names:
        meant = [s for s in there if name in _called(s)]
        if not meant:
            known = ", ".join(dict.fromkeys(s.name for s in there)) or "none is running"
            raise UserError(f"no server named '{name}'", fix=f"name one of: {known}")
        found += [server for server in meant if server not in found]
    return found


def drain(
    found: Sequence[Server], deadline_s: float = DRAIN_WITHIN_S, end_over_s: float | None = None
) -> Iterator[Changed]:
    """Let *found* finish what they work on, and give them nothing new.

    Args:
        found: Servers.
        deadline_s: Seconds that they have.
        end_over_s: What is open then is ended over so many seconds; None leaves it.

    Yields:
        When each of them is idle; or busy, if it still works after *deadline_s* seconds. Then,
        with *end_over_s*, what `spread` does.
    """
    begin_s = time.monotonic()
    hold(found)
    for server in found:
        yield Changed(server.name, "draining", host=server.live.host)
    waiting = list(found)
    while waiting:
        time.sleep(_LOOK_EVERY_S)  # what HAProxy is about to hand on is not counted yet
        now = _now(waiting)
        took_s = time.monotonic() - begin_s
        for server in waiting:
            if now[server].idle:
                yield Changed(server.name, "idle", took_s, server.live.host)
        waiting = [server for server in waiting if not now[server].idle]
        if waiting and took_s >= deadline_s:
            break
    for server in waiting:
        left = now[server].sessions + now[server].queue
        detail = f"{left} connections are open"
        yield Changed(server.name, "busy", deadline_s, server.live.host, detail)
    if end_over_s is not None:
        yield from spread(found, end_over_s)


def lead(server: Server, host: str) -> None:
    """Let *server* be at the IP address *host* from now on; what is open stays where it is."""
    port = Address.parse(server.row.address).port
    runtime.tell(server.live.ask, [runtime.move(server.row, host, port)])


def vacate(
    found: Sequence[Server], deadline_s: float = DRAIN_WITHIN_S, end_over_s: float | None = None
) -> Iterator[Changed]:
    """Wait until nobody is connected to the addresses that *found*, which were moved, had before.

    Args:
        found: Servers.
        deadline_s: Seconds to wait.
        end_over_s: What is open then is ended over so many seconds; None leaves it.

    Yields:
        When that is so; or busy, if it is not after *deadline_s* seconds. Then, with *end_over_s*,
        what `spread` does.
    """
    if not found:
        return
    begin_s = time.monotonic()
    lives = dict.fromkeys(server.live for server in found)
    first = found[0]
    yield Changed(first.name, "draining", host=first.live.host)

    def left() -> int:
        return sum(
            len(runtime.open_to(live.ask, [s.row.address for s in found if s.live is live]))
            for live in lives
        )

    def is_left() -> bool:
        # Twice: a connection that HAProxy is about to open is not there yet.
        if left():
            return False
        time.sleep(_LOOK_EVERY_S)
        return not left()

    if until(is_left, deadline_s):
        yield Changed(first.name, "idle", time.monotonic() - begin_s, first.live.host)
    else:
        detail = f"{left()} connections are open"
        yield Changed(first.name, "busy", deadline_s, first.live.host, detail)
    if end_over_s is not None:
        yield from spread(found, end_over_s)


def ready(found: Iterable[Server]) -> None:
    """Let *found* serve again."""
    _tell(list(found), "ready")


def hold(found: Sequence[Server]) -> None:
    """Give *found* nothing new."""
    _tell(found, "drain")


def free_slots(lives: Iterable[Live]) -> list[Server]:
    """Return the slots of *lives* that nobody fills: whoever does, finds them as they are left."""
    return [
        Server(live, row.server, row)
        for live in lives
        if live.dynamic
        for row in live.rows()
        if not row.address
    ]


def surplus(site: Site, variant: Variant, scale: Mapping[str, int]) -> dict[str, list[Container]]:
    """Return which containers an ``up`` has no place for, by their dynamic balancer.

    Compose removes those with the highest numbers, but outdated ones first: whoever drains some
    has to remove those himself.
    """
    wanted = replicas(variant, scale)
    found = {}
    for balancer in (service for service in variant if service.identity.is_dynamic):
        for service in balancer.identity.replicas:
            extra = site.running(service)[wanted[service] :]
            if extra:
                found[balancer.name] = extra
    return found


def too_few_slots(variant: Variant, scale: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the dynamic balancers with fewer slots than replicas, and how many they have."""
    wanted = replicas(variant, scale)
    found = []
    for balancer in (service for service in variant if service.identity.is_dynamic):
        slots = balancer.identity.slots
        if any(wanted[service] > slots for service in balancer.identity.replicas):
            found.append((balancer.name, slots))
    return found


def shrink(
    site: Site, variant: Variant, scale: Mapping[str, int], deadline_s: float = DRAIN_WITHIN_S
) -> Iterator[Changed]:
    """Remove the replicas that the next ``up`` on *site* has no place for, each when it is idle.

    Args:
        site: Where the variant runs.
        variant: As it is to be.
        scale: Service to replicas, instead of what the file says.
        deadline_s: Seconds after which a replica is removed that is not idle.

    Raises:
        HostError: Docker, Compose or HAProxy does not answer, or refuses.
    """
    for balancer, extra in surplus(site, variant, scale).items():
        lives = on_docker(variant, site, balancer)
        yield from retire(lives, extra, deadline_s)


def retire(
    lives: Sequence[Live], extra: Sequence[Container], deadline_s: float
) -> Iterator[Changed]:
    """Drain the containers *extra*, all of one site and found by DNS, and remove them."""
    site = next((live.site for live in lives if live.site), None)
    if site is None:
        return  # nobody leads to them: Compose removes them as well as we do
    names = {one.name for one in extra}
    leaving = [s for live in lives for s in servers(live) if s.name in names]
    with ready_again(leaving):
        yield from drain(leaving, deadline_s, max(one.grace_s for one in extra))
        begin_s = time.monotonic()
        site.remove(extra)
        for one in extra:
            took_s = time.monotonic() - begin_s
            yield Changed(one.name, "removed", took_s, site.host, one.leaves)
        await_forgotten(leaving)


def await_forgotten(gone: Sequence[Server]) -> None:
    """Return when no slot leads to the address of any of *gone* any more, or after a while."""

    def forgotten() -> bool:
        return not any(
            row.address == server.row.address and row.key == server.row.key
            for server in gone
            for row in server.live.rows()
        )

    until(forgotten, FORGET_WITHIN_S)


@contextmanager
def ready_again(found: Sequence[Server]) -> Iterator[None]:
    """Let *found* serve at the end: a drained slot that a new container fills would not."""
    try:
        yield
    finally:
        ready(found)


def _called(server: Server) -> set[str]:
    replicas_of, service = server.live.identity.replicas, server.live.service
    of = re.fullmatch(r"(.+)-\d+", server.name)  # a container, or one of several processes
    several = {pod.service for pod in server.live.pods if pod.name == server.name}
    several |= {of[1]} if of else set()
    several &= set(replicas_of)
    if server.live.is_sidecar:
        several.add(server.row.server)  # in whichever pod
    return {server.name, service.name} | several


def _tell(found: Sequence[Server], wanted: str) -> None:
    for live in dict.fromkeys(server.live for server in found):
        rows = [server.row for server in found if server.live is live]
        runtime.tell(live.ask, [runtime.state(row, wanted) for row in rows])


def _now(found: Sequence[Server]) -> dict[Server, Row]:
    # A server that is gone meanwhile has nothing left to do.
    now: dict[Server, Row] = {}
    for live in dict.fromkeys(server.live for server in found):
        rows = {row.key: row for row in live.rows()}
        for server in found:
            if server.live is live:
                now[server] = rows.get(server.row.key, Row(server.row.backend, server.row.server))
    return now
