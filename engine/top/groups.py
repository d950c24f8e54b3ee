"""The sums of a service over its members, on all hosts."""

from collections.abc import Sequence

from composefile import labels
from engine.top.samples import UPSTREAM, Group, Member, Traffic, total

_FIRST = {labels.BALANCER: 0, labels.AMBASSADOR: 0, labels.REPLICA: 1, "": 1, UPSTREAM: 2}


def group(
    name: str, members: Sequence[Member], waiting: int | None, each_per_s: float | None
) -> Group:
    """Return the service *name* with its *members*.

    Args:
        name: The service.
        members: On all hosts, in any order.
        waiting: What waits for any of its servers; None without a balancer.
        each_per_s: What one replica can do a second; None if nobody said it.
    """
    working = [one for one in members if one.is_replica]
    upstreams = [one for one in members if one.role == UPSTREAM]
    counted = working or upstreams
    up = sum(one.serves for one in counted)
    traffic = [one.traffic for one in members if one.traffic]
    memory = total(one.memory_bytes for one in members)
    return Group(
        name=name,
        members=tuple(sorted(members, key=_order)),
        up=up,
        replicas=len(counted),
        sessions=sum(one.sessions for one in traffic) if traffic else None,
        queue=None if waiting is None else waiting + sum(one.queue for one in traffic),
        per_s=total(one.per_s for one in traffic),
        latency_ms=_latency(traffic),
        cpu_percent=total(one.cpu_percent for one in members),
        memory_bytes=None if memory is None else round(memory),
        units_per_s=total(one.units_per_s for one in members),
        limit_per_s=each_per_s and each_per_s * up,
    )


def _order(member: Member) -> tuple[str, int]:
    # sorted() keeps the order of what is equal: that of the host.
    return member.host, _FIRST.get(member.role, 1)


def _latency(traffic: Sequence[Traffic]) -> float | None:
    busy = [(one.latency_ms, one.per_s or 0.0) for one in traffic if one.latency_ms is not None]
    weight = sum(per_s for _, per_s in busy)
    if not busy:
        return None
    if not weight:
        return sum(ms for ms, _ in busy) / len(busy)
    return sum(ms * per_s for ms, per_s in busy) / weight
