"""Samples of a variant, from all of its hosts at once: rates, sums by service, marks."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.count import count
from engine.docker.containers import Site
from engine.top.containers import Containers
from engine.top.groups import group
from engine.top.looking import Looking, Source
from engine.top.marks import marks
from engine.top.processes import Processes
from engine.top.samples import Group, Mark, Member, Problem, Sample, Seen
from engine.top.speed import Speeds
from engine.variant import Variant
from faults import UserError


class Sampler:
    """Looks at all of *sources* at once, and compares with what was there before.

    Args:
        variant: What runs there.
        sources: Its hosts.
        limits: Service to what one replica of it can do a second, where somebody knows it.
    """

    def __init__(
        self, variant: Variant, sources: Sequence[Source], limits: Mapping[str, float]
    ) -> None:
        self._variant, self._sources, self._limits = variant, sources, limits
        self._before: dict[str, Seen] = {}
        self._failed: set[str] = set()
        self._looking = Looking(sources)

    def sample(self) -> Sample:
        """Return how all of it is now; the first one has no rates and no marks."""
        at_s = time.time()
        problems: list[Problem] = []
        found: list[Mark] = []
        seen: list[Seen] = []
        for source, result in self._looking.look():
            if isinstance(result, UserError):
                problems.append(Problem(source.host, result.what))
            else:
                seen.append(self._compared(result))
                problems += result.problems
            found += self._marks(source.host, result, at_s)
        return Sample(
            at_s=at_s,
            file=str(self._variant.file),
            hosts=tuple(source.host for source in self._sources),
            groups=self._groups(seen),
            marks=tuple(found),
            problems=tuple(problems),
        )

    @property
    def failed(self) -> frozenset[str]:
        """The hosts that did not answer when they were looked at last."""
        return frozenset(self._failed)

    def close(self) -> None:
        """Let go of all hosts."""
        for source in self._sources:
            source.close()

    def _marks(self, host: str, result: Seen | UserError, at_s: float) -> list[Mark]:
        if isinstance(result, UserError):
            is_news = host not in self._failed
            self._failed.add(host)
            return [Mark(at_s, "", "does not answer", host)] if is_news else []
        found = [Mark(at_s, "", "answers again", host)] if host in self._failed else []
        self._failed.discard(host)
        if before := self._before.get(host):
            found += marks(before, result, at_s)
        self._before[host] = result
        return found

    def _compared(self, now: Seen) -> Seen:
        before = self._before.get(now.host)
        if not before:
            return now
        old = {member.key: member for member in before.members}
        passed_s = now.at_s - before.at_s
        members = (_rated(old.get(one.key), one, passed_s) for one in now.members)
        return replace(now, members=tuple(members))

    def _groups(self, seen: Sequence[Seen]) -> tuple[Group, ...]:
        names = [one.identity.service or one.name for one in self._variant]
        members = [member for host in seen for member in host.members]
        queues: dict[str, int] = {}
        for host in seen:
            for name, waiting in host.queues:
                queues[name] = queues.get(name, 0) + waiting
        return tuple(
            group(
                name,
                [member for member in members if member.service == name],
                queues.get(name),
                self._limits.get(name),
            )
            for name in dict.fromkeys((*names, *(member.service for member in members)))
        )


def sampler(variant: Variant, sites: Sequence[Site], limits: Mapping[str, float]) -> Sampler:
    """Return what looks at *variant* on *sites*, or at its processes here if there are none.

    Raises:
        UserError: A label ``dcgen.count`` is not a regular expression.
    """
    counting = count(variant)
    speeds = Speeds(counting.patterns if counting else {})
    sources: list[Source] = [Containers(variant, site, speeds) for site in sites]
    return Sampler(variant, sources or [Processes(variant, speeds)], limits)


def _rated(before: Member | None, now: Member, passed_s: float) -> Member:
    if not (before and before.traffic and now.traffic and passed_s > 0):
        return now
    new = now.traffic.total - before.traffic.total
    if new < 0:
        return now  # HAProxy was started again, and counts from zero
    return replace(now, traffic=replace(now.traffic, per_s=new / passed_s))
