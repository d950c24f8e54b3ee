"""A sample as plain text: a line each few seconds for a file or a pipe, or a whole table once."""

import time
from collections.abc import Iterator

from dcgen.top import wording
from engine.top.samples import Group, Member, Sample
from faults import printable

HEAD = (
    "SERVICE", "HOST", "HEALTH", "SESSIONS", "QUEUE", "REQ/S", "LATENCY", "UNITS/S", "CPU", "MEMORY"
)  # fmt: skip


def lines(sample: Sample, *, quiet: bool) -> Iterator[str]:
    """Yield what failed and what changed, a line each, and one line of figures unless *quiet*."""
    clock = time.strftime("%H:%M:%S", time.localtime(sample.at_s))
    for problem in sample.problems:
        yield f"{clock}  {wording.problem(problem, sample.hosts)}"
    for mark in sample.marks:
        yield f"{clock}  {wording.mark(mark, sample.hosts)}"
    if not quiet:
        yield f"{clock}  " + "  ".join(_short(group) for group in sample.groups)


def rows(sample: Sample) -> list[tuple[str, ...]]:
    """Return the table: a row for each service, below it one for each member of several."""
    found: list[tuple[str, ...]] = [HEAD]
    for group in sample.groups:
        row = _group(group)
        if [one.name for one in group.members] in ([group.name], [f"{group.name}-1"]):
            only = group.members[0]
            row = (row[0], wording.host(only.host, sample.hosts), wording.health(only), *row[3:])
            found.append(row)
        else:
            found += [row, *(_member(one, sample.hosts) for one in group.members)]
    hosts = len(sample.hosts) > 1
    return found if hosts else [(row[0], *row[2:]) for row in found]


def _short(group: Group) -> str:
    words = [f"{printable(group.name)} {wording.up(group)}"]
    if group.per_s is not None:
        words.append(f"{wording.rate(group.per_s)} req/s")
    if group.latency_ms is not None:
        words.append(wording.milliseconds(group.latency_ms))
    if group.queue:
        words.append(f"queue {group.queue}")
    if group.units_per_s is not None:
        words.append(f"{wording.rate(group.units_per_s)} units/s")
    return ", ".join(words)


def _group(group: Group) -> tuple[str, ...]:
    return (
        printable(group.name),
        "",
        f"{wording.up(group)} up",
        wording.number(group.sessions),
        wording.number(group.queue),
        wording.rate(group.per_s),
        wording.milliseconds(group.latency_ms),
        wording.rate(group.units_per_s),
        wording.percent(group.cpu_percent),
        wording.memory(group.memory_bytes),
    )


def _member(member: Member, hosts: tuple[str, ...]) -> tuple[str, ...]:
    traffic = member.traffic
    return (
        f"  {wording.label(member)}",
        wording.host(member.host, hosts),
        wording.health(member),
        wording.number(traffic.sessions if traffic else None),
        wording.number(traffic.queue if traffic else None),
        wording.rate(traffic.per_s if traffic else None),
        wording.milliseconds(traffic.latency_ms if traffic else None),
        wording.rate(member.units_per_s),
        wording.percent(member.cpu_percent),
        wording.memory(member.memory_bytes),
    )
