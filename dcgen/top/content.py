"""What the page of ``dcgen top`` is told: samples and their history as plain values for JSON.

The words are those of the terminal; the page only puts them in their places.
"""

from typing import Any

from dcgen.top import wording
from dcgen.top.history import History, Series
from dcgen.top.rows import FIGURES, Row
from engine.top.samples import Group, Mark, Sample
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
            [printable(one.service), one.what, *_rounded(*one.points[-1][1:])]
            for one in history.series()
        ],
        "marks": [_mark(mark, sample.hosts) for mark in sample.marks],
        "sample": _sample(sample),
    }


def _series(one: Series) -> dict[str, Any]:
    rows = [_rounded(*point) for point in one.points]
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
    row = Row(group, None, hosts)
    members = () if row.only else group.members
    return {
        **_row(row),
        "queue": group.queue,
        "members": [_row(Row(group, member, hosts)) for member in members],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "host": row.host,
        "health": row.health,
        "is_well": row.is_well,
        "per_s": row.counted.per_s if row.counted else None,
        "cells": [column.text(row) for column in FIGURES],
    }


def _rounded(*numbers: float | None) -> list[float | None]:
    return [number if number is None else round(number, DIGITS) for number in numbers]
