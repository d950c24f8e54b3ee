"""What changed between two looks at a host, in the words of those who change it."""

from collections.abc import Iterable, Iterator

from composefile import labels
from engine.top.samples import RUNNING, UPSTREAM, Mark, Member, Seen, status_of

# What the status of a server has become, to what that is called.
_BECAME = {
    "DOWN": "down",
    "DRAIN": "drained",
    "MAINT": "in maintenance",
    "UP": "up",
}


def marks(before: Seen, after: Seen, at_s: float) -> list[Mark]:
    """Return what changed on a host from *before* to *after*, seen at *at_s*."""
    old, new = _by_service(before.members), _by_service(after.members)
    return [
        Mark(at_s, service, what, after.host)
        for service in dict.fromkeys((*old, *new))
        for what in _changes(old.get(service, {}), new.get(service, {}))
    ]


def _by_service(members: Iterable[Member]) -> dict[str, dict[str, Member]]:
    found: dict[str, dict[str, Member]] = {}
    for member in members:
        found.setdefault(member.service, {})[member.name] = member
    return found


def _changes(old: dict[str, Member], new: dict[str, Member]) -> Iterator[str]:
    replicas, now = (sum(m.is_replica for m in some.values()) for some in (old, new))
    if replicas != now:
        yield f"scaled {replicas} → {now}"
    yield from _upstreams(old, new)
    for name, member in new.items():
        if name in old and member.role != UPSTREAM:
            yield from _became(old[name], member)


def _upstreams(old: dict[str, Member], new: dict[str, Member]) -> Iterator[str]:
    was, now = ([_address(m) for m in some.values() if _address(m)] for some in (old, new))
    if was and now and was != now:
        yield f"retargeted to {', '.join(now)}"
        return
    for name, member in new.items():
        if name in old and member.role == UPSTREAM:
            yield from _status(old[name], member)


def _address(member: Member) -> str:
    return member.traffic.address if member.traffic and member.role == UPSTREAM else ""


def _became(old: Member, new: Member) -> Iterator[str]:
    if new.restarts > old.restarts:
        yield f"{new.name} restarted"
    elif (old.state == RUNNING) != (new.state == RUNNING):
        yield f"{new.name} {'started' if new.state == RUNNING else 'stopped'}"
    if new.health != old.health and "unhealthy" in {new.health, old.health}:
        yield f"{new.name} {new.health or 'without a health check'}"
    if new.role == labels.REPLICA:
        yield from _status(old, new)


def _status(old: Member, new: Member) -> Iterator[str]:
    if not (old.traffic and new.traffic):
        return
    was, now = status_of(old.traffic.status), status_of(new.traffic.status)
    if was != now and now in _BECAME:
        yield f"{new.name} {'ready' if was in {'DRAIN', 'MAINT'} and now == 'UP' else _BECAME[now]}"
