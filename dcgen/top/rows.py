"""The table of services and their members: which rows, in which order, in which columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from dcgen.top import wording
from engine.top.samples import Group, Member, Sample, Traffic
from faults import printable

T = TypeVar("T", Group, Member)
Sort = Literal["file", "name", "requests", "latency", "CPU", "memory"]
SORTS: tuple[Sort, ...] = ("file", "name", "requests", "latency", "CPU", "memory")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a service, or a member of it in the place below.

    Attributes:
        group: The service.
        member: The member; None for the service itself.
        hosts: All hosts.
    """

    group: Group
    member: Member | None
    hosts: tuple[str, ...]

    @property
    def only(self) -> Member | None:
        """The only member of the service, if it has no line of its own."""
        return self.group.members[0] if is_single(self.group) else None

    @property
    def name(self) -> str:
        """What it is called."""
        return wording.label(self.member) if self.member else printable(self.group.name)

    @property
    def host(self) -> str:
        """Where it is; empty for a service that has several lines."""
        member = self.member or self.only
        return wording.host(member.host, self.hosts) if member else ""

    @property
    def health(self) -> str:
        """How it is."""
        member = self.member or self.only
        return wording.health(member) if member else f"{wording.up(self.group)} up"

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with it."""
        if self.member:
            return wording.is_well(self.member)
        return self.group.up == self.group.replicas > 0

    @property
    def counted(self) -> Traffic | Group | None:
        """What its balancer counts; None for a member that has none."""
        return self.member.traffic if self.member else self.group


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its *width* is 0 for what is left, it is left out first where *rank* is high."""

    title: str
    width: int
    rank: int
    text: Callable[[Row], str]


def _sessions(row: Row) -> str:
    return wording.number(row.counted.sessions if row.counted else None)


def _queue(row: Row) -> str:
    return wording.number(row.counted.queue if row.counted else None)


def _per_s(row: Row) -> str:
    return wording.rate(row.counted.per_s if row.counted else None)


def _latency(row: Row) -> str:
    return wording.milliseconds(row.counted.latency_ms if row.counted else None)


# The page has them in this order, too.
FIGURES = (
    Column("SESSIONS", 8, 9, _sessions),
    Column("QUEUE", 5, 5, _queue),
    Column("REQ/S", 6, 3, _per_s),
    Column("LATENCY", 8, 4, _latency),
    Column("UNITS/S", 7, 6, lambda row: wording.rate((row.member or row.group).units_per_s)),
    Column("CPU", 6, 7, lambda row: wording.percent((row.member or row.group).cpu_percent)),
    Column("MEMORY", 9, 8, lambda row: wording.memory((row.member or row.group).memory_bytes)),
)
COLUMNS = (
    Column("SERVICE", 0, 0, lambda row: "  " * bool(row.member) + row.name),
    Column("HOST", 12, 1, lambda row: row.host),
    Column("HEALTH", 12, 2, lambda row: row.health),
    *FIGURES,
)
NARROWEST_NAME = 16


def columns(width: int, hosts: Sequence[str]) -> list[Column]:
    """Return the columns that *width* characters have room for, the first one as wide as it can."""
    left = width - NARROWEST_NAME
    chosen = []
    for column in sorted(COLUMNS, key=lambda one: one.rank):
        if column.title == "HOST" and len(hosts) < 2:  # noqa: PLR2004 - nothing to tell apart
            continue
        if column.width + 1 > left and column.rank:
            break
        left -= column.width + 1 if column.rank else 0
        chosen.append(column)
    found = [column for column in COLUMNS if column in chosen]
    return [replace(found[0], width=NARROWEST_NAME + max(left, 0)), *found[1:]]


def is_single(group: Group) -> bool:
    """Return whether one line says all of *group*: it is one container, with no one before it."""
    return [one.name for one in group.members] in ([group.name], [f"{group.name}-1"])


def rows(sample: Sample, *, sort: Sort = "file", words: str = "") -> list[Row]:
    """Return the rows of *sample*, those of a service together.

    Args:
        sample: What was seen.
        sort: What they are sorted by, services and the members of each.
        words: Leave out services without *words* in their name or in that of a member.
    """
    found = []
    for group in _sorted(sample.groups, sort):
        members = [one for one in group.members if words in one.name]
        if words not in group.name and not members:
            continue
        found.append(Row(group, None, sample.hosts))
        shown = group.members if words in group.name else members
        if not is_single(group):
            found += [Row(group, one, sample.hosts) for one in _sorted(shown, sort)]
    return found


def _sorted(some: Sequence[T], sort: Sort) -> list[T]:
    return list(some) if sort == "file" else sorted(some, key=lambda one: _place(one, sort))


def _place(one: Group | Member, sort: Sort) -> tuple[float, str]:
    # The largest first; what is not known last.
    if sort == "name":
        return 0.0, one.name
    counted = one.traffic if isinstance(one, Member) else one
    found = {
        "requests": counted.per_s if counted else None,
        "latency": counted.latency_ms if counted else None,
        "CPU": one.cpu_percent,
        "memory": one.memory_bytes,
    }[sort]
    return (1.0 if found is None else -float(found)), one.name
