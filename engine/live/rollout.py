"""Replace the replicas of a service one at a time, while the others serve.

    start a new one, wait until it is healthy, let the balancer lead to it,
    drain an old one, remove it; and so on with the next

The old one is there until the new one serves. If that never comes, the new one is removed and
nothing else has changed. Where replicas are services of their own, an old one that nobody is
connected to ends while the next one starts; of one service, Compose counts those that are there.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from engine.docker.containers import Container, Site
from engine.docker.following import follow
from engine.events import Changed, Event
from engine.live.drain import (
    await_forgotten,
    drain,
    free_slots,
    hold,
    lead,
    ready,
    vacate,
)
from engine.live.health import await_healthy, never_healthy
from engine.live.kept_open import kept_open, looking
from engine.live.meanwhile import Meanwhile, meanwhile
from engine.live.reach import Address, reachable, seen
from engine.live.running import Live, Server, on_docker, servers
from engine.variant import Service, Variant
from engine.waiting import DRAIN_WITHIN_S, HEALTHY_WITHIN_S, until
from faults import HostError, UserError


@dataclass(frozen=True, slots=True)
class Rollout:
    """New containers for the replicas of one balancer, on one host.

    Attributes:
        site: Where they run.
        variant: The file that they are made from.
        balancer: Whose replicas.
        healthy_within_s: A new one that is not well after so many seconds ends the rollout.
        drain_within_s: An old one that is not idle after so many seconds is removed all the same.
        build: Build the image before.
        renew_volumes: New replicas may begin with empty volumes where the old ones have some that
            no file gives a name.
    """

    site: Site
    variant: Variant
    balancer: Service
    healthy_within_s: float = HEALTHY_WITHIN_S
    drain_within_s: float = DRAIN_WITHIN_S
    build: bool = False
    renew_volumes: bool = False
    only: frozenset[str] = frozenset()
    _drained: list[Server] = field(default_factory=list)
    _gone: list[Server] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def run(self) -> Iterator[Event]:
        """Replace every replica, and yield what becomes of each.

        Raises:
            UserError: A new replica would not have the data of an old one; or it does not become
                well: then it is removed, and the old ones go on.
            HostError: Docker, Compose or HAProxy does not answer, or nothing runs.
        """
        with looking(self.site) as site:
            yield from replace(self, site=site)._run()

    def _run(self) -> Iterator[Event]:
        lives = on_docker(self.variant, self.site, self.balancer.name)
        services = self.balancer.identity.replicas
        old = [one for one in self.site.running(*services) if not self.only or one.id in self.only]
        if not lives or not old:
            what = f"'{self.balancer.name}' and its replicas do not run"
            raise HostError(what, fix="start them: dcgen up -d")
        if not self.renew_volumes:
            self._require_names(old)
        if self.build:
            yield from follow(self.site, "build", *services)
        with kept_open(lives) as asked:
            yield from self._one_by_one(old, asked)

    def _one_by_one(self, old: Sequence[Container], lives: Sequence[Live]) -> Iterator[Event]:
        try:
            if self.balancer.identity.is_dynamic:
                self._hold(free_slots(lives))
            with meanwhile() as ending:
                for number, container in enumerate(old, start=1):
                    yield from self._replace(container, f"{number} of {len(old)}", lives, ending)
                yield from ending.told()
        finally:
            await_forgotten([server for server in self._gone if server.ip not in self._taken])
            ready(self._drained)

    def _require_names(self, old: Sequence[Container]) -> None:
        of = {name: service.keys.get("volumes") for name, service in self.variant.services.items()}
        paths = sorted({path for one in old for path in one.lost(of.get(one.service))})
        if paths:
            raise UserError(
                f"the replicas of '{self.balancer.name}' have data in volumes without a name"
                f" ({', '.join(paths)}), which a new replica would not have",
                fix=f"give the volume a name in the Compose file (`volumes: [NAME:{paths[0]}]`), or"
                " `--renew-anon-volumes` if new replicas may begin with an empty one",
            )

    def _hold(self, found: Sequence[Server]) -> None:
        # What arrives in a drained slot gets no request before it is known to be well.
        self._drained.extend(found)
        hold(found)

    def _replace(
        self, old: Container, number: str, lives: Sequence[Live], ending: Meanwhile
    ) -> Iterator[Event]:
        begin_s = time.monotonic()
        end = partial(self._end, old, number, begin_s)
        new = yield from self._start(old)
        yield Changed(new.name, "started", host=self.site.host)
        try:
            new = await_healthy(self.site, new, self.healthy_within_s)
            self._taken.update(new.addresses.values())
            arrived = self._arrived(new, lives)
        except UserError:
            self._undo(new, lives)
            yield Changed(old.name, "kept", host=self.site.host, detail=f"{new.name} is removed")
            raise
        yield Changed(new.name, "healthy", time.monotonic() - begin_s, self.site.host)
        if self.balancer.identity.is_dynamic:
            ready(arrived)
            yield from self._leave(old, lives, end)
        else:
            yield from ending.told()
            yield from self._switch(old, new, lives)
            ending.begin(end)

    def _start(self, old: Container) -> Generator[Event, None, Container]:
        before = self.site.containers(old.service)
        count = f"{old.service}={len(before) + 1}"
        options = ("--detach", "--no-deps", "--no-recreate", "--no-build", "--scale", count)
        yield from follow(self.site, "up", *options, old.service)
        known = {one.id for one in before}
        found = [one for one in self.site.containers(old.service) if one.id not in known]
        if not found:
            what = f"Compose started no other container of '{old.service}'"
            raise HostError(what, fix="run `docker compose up` and read its output")
        return found[0]

    def _arrived(self, new: Container, lives: Sequence[Live]) -> list[Server]:
        found: list[Server] = []

        def there() -> bool:
            found[:] = [s for live in lives for s in servers(live) if s.name == new.name]
            led = {server.row.backend for server in found}
            known = all(row.backend in led for live in lives for row in live.rows())
            if self.balancer.identity.is_dynamic and not known:
                return False
            places = self._new_addresses(new, lives)
            return all(len(reachable(live, all_of)) == len(all_of) for live, all_of in places)

        within_s = max(self.healthy_within_s, new.settles_s)
        if not until(there, within_s):
            raise never_healthy(self.site, new, within_s)
        return found

    def _leave(
        self, old: Container, lives: Sequence[Live], end: Callable[[], Sequence[Changed]]
    ) -> Iterator[Changed]:
        leaving = [s for live in lives for s in servers(live) if s.name == old.name]
        self._drained.extend(leaving)
        yield from drain(leaving, self.drain_within_s, old.grace_s)
        yield from end()
        # Its slot stays drained until HAProxy has forgotten it, while the next one starts.
        self._gone.extend(leaving)

    def _switch(self, old: Container, new: Container, lives: Sequence[Live]) -> Iterator[Changed]:
        # The server keeps its name and gets another address: nobody waits for DNS, and what the
        # old container works on stays with it.
        leaving = [s for live in lives for s in servers(live) if s.name == old.service]
        addresses = dict(self._new_addresses(new, lives))
        for server in leaving:
            lead(server, addresses[server.live][0].host)
        leaving = [s for s in leaving if s.row.address]
        yield from vacate(leaving, self.drain_within_s, old.grace_s)

    def _new_addresses(
        self, new: Container, lives: Sequence[Live]
    ) -> Iterator[tuple[Live, list[Address]]]:
        ports = [port for name, port in self.balancer.identity.balances if name == new.service]
        for live in lives:
            yield live, seen(live, new, ports)

    def _end(self, old: Container, number: str, begin_s: float) -> list[Changed]:
        idle_s, host = time.monotonic(), self.site.host
        self.site.remove([old])
        now_s = time.monotonic()
        return [
            Changed(old.name, "removed", now_s - idle_s, host, old.leaves),
            Changed(old.name, "replaced", now_s - begin_s, host, number),
        ]

    def _undo(self, new: Container, lives: Sequence[Live]) -> None:
        mine = set(new.addresses.values())
        led = [s for live in lives for s in servers(live) if s.ip in mine]
        self.site.docker("rm", "--force", "--volumes", new.id)
        await_forgotten(led)
