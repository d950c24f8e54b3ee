"""What the page of ``dcgen top`` is told: samples and their history as plain values for JSON.

The words are those of the terminal; the page only puts them in their places.
"""

from collections.abc import Iterable
from typing import Any

from dcgen.top import wording
from dcgen.top.history import History, Series
from dcgen.top.rows import is_single
from engine.top.samples import Group, Mark, Member, Sample
from faults import printable

DIGITS = 3


def snapshot(history: History) -> dict[str, Any]:
    """Return all that a new viewer needs: the history of the last hour, and the latest sample."""
    sample = history.latest
    hosts = sample.hosts if sample else ()
    return {
        "series": [_series(one) for one in history.series()],
        "marks": [_mark(mark, hosts) for mark in history.marks],
        "sample": _sample(sample) if sample else None,
    }


def news(history: History) -> dict[str, Any]:
    """Return what the latest sample adds to a `snapshot`; its points carry service and unit."""
    sample = history.latest
    if sample is None:
        return {"points": [], "marks": [], "sample": None}
    return {
        "points": [
            [printable(one.service), one.what, *_rounded(one.points[-1][1], one.limits[-1][1])]
            for one in history.series()
        ],
        "marks": [_mark(mark, sample.hosts) for mark in sample.marks],
        "sample": _sample(sample),
    }


def _series(one: Series) -> dict[str, Any]:
    rows = [
        [round(at_s, DIGITS), *_rounded(value, limit)]
        for (at_s, value), (_, limit) in zip(one.points, one.limits, strict=True)
    ]
    return {"service": printable(one.service), "what": one.what, "rows": rows}


def _mark(mark: Mark, hosts: tuple[str, ...]) -> list[Any]:
    return [round(mark.at_s, DIGITS), wording.mark(mark, hosts)]


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "at_s": round(sample.at_s, DIGITS),
        "file": printable(sample.file),
        "hosts": [wording.host(host, sample.hosts) for host in sample.hosts if host],
        "problems": [wording.problem(one, sample.hosts) for one in sample.problems],
        "groups": [_group(group, sample.hosts) for group in sample.groups],
    }


def _group(group: Group, hosts: tuple[str, ...]) -> dict[str, Any]:
    single = group.members[0] if is_single(group) else None
    return {
        "name": printable(group.name),
        "host": wording.host(single.host, hosts) if single else "",
        "health": wording.health(single) if single else f"{wording.up(group)} up",
        "is_well": group.up == group.replicas > 0,
        "per_s": group.per_s,
        "queue": group.queue,
        "cells": _cells(group, group.sessions, group.queue, group.per_s, group.latency_ms),
        "members": [] if single else [_member(one, hosts) for one in group.members],
    }


def _member(member: Member, hosts: tuple[str, ...]) -> dict[str, Any]:
    traffic = member.traffic
    counted = (
        (traffic.sessions, traffic.queue, traffic.per_s, traffic.latency_ms) if traffic else ()
    )
    return {
        "name": wording.label(member),
        "host": wording.host(member.host, hosts),
        "health": wording.health(member),
        "is_well": wording.is_well(member),
        "per_s": traffic.per_s if traffic else None,
        "cells": _cells(member, *(counted or (None, None, None, None))),
    }


def _cells(
    one: Group | Member,
    sessions: int | None,
    queue: int | None,
    per_s: float | None,
    latency_ms: float | None,
) -> list[str]:
    # In the order of the page's table.
    return [
        wording.number(sessions),
        wording.number(queue),
        wording.rate(per_s),
        wording.milliseconds(latency_ms),
        wording.rate(one.units_per_s),
        wording.percent(one.cpu_percent),
        wording.memory(one.memory_bytes),
    ]


def _rounded(*numbers: float | None) -> Iterable[float | None]:
    return [number if number is None else round(number, DIGITS) for number in numbers]
