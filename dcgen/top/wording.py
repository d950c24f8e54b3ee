"""The words and figures of a sample, the same on a terminal, in lines and on the page."""

import time
from collections.abc import Sequence

from composefile import labels
from engine.top.samples import RUNNING, UPSTREAM, Group, Mark, Member, Problem
from faults import printable

UNKNOWN = "-"
_KIB = 1024


def clock(at_s: float) -> str:
    """Return the time of day of a moment: ``14:03:59``."""
    return time.strftime("%H:%M:%S", time.localtime(at_s))


def rate(per_s: float | None) -> str:
    """Return requests or units a second: ``29.8``."""
    return UNKNOWN if per_s is None else f"{per_s:.1f}"


def milliseconds(latency_ms: float | None) -> str:
    """Return a latency: ``101 ms``."""
    return UNKNOWN if latency_ms is None else f"{latency_ms:.0f} ms"


def percent(cpu_percent: float | None) -> str:
    """Return a share of one core: ``12 %``."""
    return UNKNOWN if cpu_percent is None else f"{cpu_percent:.0f} %"


def memory(memory_bytes: int | None) -> str:
    """Return an amount of memory: ``10.5 MiB``."""
    if memory_bytes is None:
        return UNKNOWN
    number, unit = float(memory_bytes), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if number < _KIB:
            break
        number, unit = number / _KIB, larger
    return f"{number:.1f} {unit}"


def number(count: int | None) -> str:
    """Return a count."""
    return UNKNOWN if count is None else str(count)


def up(group: Group) -> str:
    """Return how many of the replicas are up: ``2/3``."""
    return f"{group.up}/{group.replicas}"


def health(member: Member) -> str:
    """Return how *member* is: what its balancer says of it, else what its container does."""
    if member.role != UPSTREAM and member.state != RUNNING:
        return printable(member.state)
    if member.traffic:
        return printable(f"{member.traffic.status} {member.traffic.check}".strip())
    return printable(member.health or member.state)


def is_well(member: Member) -> bool:
    """Return whether nothing is wrong with *member*."""
    return member.serves and member.health != "unhealthy"


def label(member: Member) -> str:
    """Return the name of *member*, and what it is if that does not go without saying."""
    if member.role in {labels.BALANCER, labels.AMBASSADOR}:
        return printable(f"{member.name} ({member.role})")
    if member.role == UPSTREAM and member.traffic:
        return printable(f"{member.name} {member.traffic.address}")
    return printable(member.name)


def host(name: str, hosts: Sequence[str]) -> str:
    """Return the *name* of one of *hosts*, without what all of them share."""
    plain = name.partition("://")[2] if "://" in name else name
    ports = {other.rpartition(":")[2] for other in hosts}
    if len(ports) == 1 and plain.rpartition(":")[2] in ports:
        plain = plain.rpartition(":")[0] or plain
    return printable(plain)


def mark(change: Mark, hosts: Sequence[str]) -> str:
    """Return *change* as a sentence without an end: ``rng scaled 1 → 3``."""
    place = f"{host(change.host, hosts)}: " if change.host and len(hosts) > 1 else ""
    # "rng2 drained" says which service it is of.
    named = change.what.startswith(change.service) or not change.service
    subject = "" if named and change.service else f"{change.service or 'this host'} "
    return printable(f"{place}{subject}{change.what}".replace(": this host ", " "))


def problem(found: Problem, hosts: Sequence[str]) -> str:
    """Return *found* as a sentence: ``node2: no Docker daemon answers``."""
    place = f"{host(found.host, hosts)}: " if found.host and found.host not in found.what else ""
    return printable(f"{place}{found.what}")
