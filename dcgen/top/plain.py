"""A sample as plain text: a line each few seconds for a file or a pipe, or a whole table once."""

from collections.abc import Iterator

from dcgen.columns import aligned
from dcgen.top import wording
from dcgen.top.rows import columns, rows
from engine.top.samples import Group, Sample
from faults import printable

WIDEST = 1000


def lines(sample: Sample, *, quiet: bool) -> Iterator[str]:
    """Yield what failed and what changed, a line each, and one line of figures unless *quiet*."""
    clock = wording.clock(sample.at_s)
    for problem in sample.problems:
        yield f"{clock}  {wording.problem(problem, sample.hosts)}"
    for mark in sample.marks:
        yield f"{clock}  {wording.mark(mark, sample.hosts)}"
    if not quiet:
        yield f"{clock}  " + "  ".join(_short(group) for group in sample.groups)


def text(sample: Sample) -> str:
    """Return the table as lines whose columns stand below each other."""
    return aligned(table(sample))


def table(sample: Sample) -> list[tuple[str, ...]]:
    """Return the table: its head, a row for each service, below it one for each of its members."""
    found = columns(WIDEST, sample.hosts)
    head = tuple(column.title for column in found)
    return [head, *(tuple(column.text(row) for column in found) for row in rows(sample))]


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
