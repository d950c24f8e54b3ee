"""Put a balancer before an application that runs, while it goes on serving.

    start the replicas, wait until they are healthy
    start a stand-in: the same balancer without its name and its host ports
    give the stand-in the name, too; take the name from the old container, and let it finish
    the balancer gets the old container's address, its name and its host ports
    take the name from the stand-in, let it finish, remove it and the old container

A name may have two containers, a host port only one: it is free for as long as Docker needs to
disconnect the one and to start the other. Who resolved the name long ago finds the balancer at the
address. Nothing is assumed of what runs in the old container.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

from composefile import labels
from engine.docker.containers import Container, Site
from engine.docker.endpoints import Endpoint, endpoints, join, leave, moved, rejoin
from engine.events import Changed
from engine.live.health import await_healthy, last_words
from engine.live.idle import await_idle
from engine.live.running import Live, live_in
from engine.variant import Service, Variant
from engine.waiting import DRAIN_WITHIN_S, HEALTHY_WITHIN_S, until
from faults import HostError, UserError

_START_WITHIN_S = 1800.0  # an image may have to be built
_UNCHECKED = "INI"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what: *healthy_s* at least, and *drain_s* at most."""

    healthy_s: float = HEALTHY_WITHIN_S
    drain_s: float = DRAIN_WITHIN_S


def take_over(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed]:
    """Put the balancers of *variant* before the applications that run on *site* without them.

    Args:
        site: Where the variant is to run.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait.

    Raises:
        UserError: The replicas do not become healthy; the application runs as before.
        HostError: Docker or Compose does not answer, or refuses.
    """
    balancers = [s for s in variant if s.identity.role == labels.BALANCER]
    found = [
        (service, one)
        for service in balancers
        for one in site.running(service.name)[:1]
        if not one.identity.is_proxy
    ]
    if not found:
        return
    names = [name for service, _ in found for name in service.identity.replicas]
    begin_s = time.monotonic()
    site.run("up", "--detach", "--no-recreate", *words, *names, within_s=_START_WITHIN_S)
    for one in site.containers(*names):
        await_healthy(site, one, patience.healthy_s)
        yield Changed(one.name, "healthy", time.monotonic() - begin_s, site.host)
    for service, old in found:
        yield from _Takeover(site, service, old, words, patience).run()


@dataclass(frozen=True, slots=True)
class _Takeover:
    site: Site
    balancer: Service
    old: Container
    words: Sequence[str]
    patience: Patience

    def run(self) -> Iterator[Changed]:
        begin_s = time.monotonic()
        places = self._places()
        with ExitStack() as undo:
            stand_in = self._stand_in(undo)
            undo.callback(self._restore, places)
            new = self._create(undo, places)
            runs = self._starts(new)
            rejoin(self.site, stand_in.id, places)
            self._await(stand_in)
            yield from self._let_finish(places, stand_in.image, alone=runs)
            gap_s = self._switch(new, places, runs=runs)
            undo.pop_all()
        lost = moved(self.site, new.id, places)
        self._await(new)
        self._retire(stand_in, places)
        self._end(places)
        self.site.docker("rename", new.id, self.old.title)
        detail = f"interrupted for {gap_s:.1f} s" if self.old.published else ""
        yield Changed(self.old.name, "replaced", time.monotonic() - begin_s, self.site.host, detail)
        for place in lost:
            yield Changed(self.balancer.name, "moved", host=self.site.host, detail=place.address)

    def _places(self) -> list[Endpoint]:
        # Where the old container is, with all its names.
        found = endpoints(self.site, self.old.id)
        return [one.named(self.balancer.name, *one.aliases) for one in found]

    def _stand_in(self, undo: ExitStack) -> Container:
        name = f"{self.old.project}-{self.balancer.name}-takeover"
        with suppress(HostError):  # what a run left that was killed
            self.site.docker("rm", "--force", name)
        undo.callback(self._discard, name)
        words = ("run", "--detach", "--no-deps", "--name", name, self.balancer.name)
        self.site.run(*words)
        made = self.site.known(name)[0]
        self._await(made)
        return made

    def _create(self, undo: ExitStack, places: Sequence[Endpoint]) -> Container:
        service = self.balancer.name
        before = {one.id for one in self.site.containers(service)}
        self.site.run("up", "--no-start", *self._beside(), service, within_s=_START_WITHIN_S)
        new = next((o for o in self.site.containers(service) if o.id not in before), None)
        if new is None:
            what = f"Compose made no other container of '{service}'"
            raise HostError(what, fix="run `docker compose up` and read its output")
        undo.callback(self._discard, new.id)
        rejoin(self.site, new.id, [place.named() for place in places])
        return new

    def _beside(self) -> tuple[str, ...]:
        # One more than there is, and the one that there is stays.
        count = f"{self.balancer.name}={len(self.site.containers(self.balancer.name)) + 1}"
        return ("--no-recreate", *(w for w in self.words if w != "--build"), "--scale", count)

    def _starts(self, new: Container) -> bool:
        # Compose puts configurations into a container when it starts it, if only in vain: a host
        # port that the old container has cannot be given to another one.
        count = f"{self.balancer.name}={len(self.site.containers(self.balancer.name))}"
        words = ("--no-recreate", *(w for w in self.words if w != "--build"), "--scale", count)
        try:
            self.site.run("up", "--detach", *words, self.balancer.name)
        except HostError:
            if not self.old.published:
                raise
            return False
        self._await(new)
        return True

    def _await(self, container: Container) -> None:
        live = live_in(self.balancer, self.site, container)
        if not until(lambda: _serves(live), self.patience.healthy_s):
            what = f"'{container.title}' reaches no replica within {self.patience.healthy_s:.0f} s"
            what += last_words(self.site, container)
            raise UserError(what, fix="read the logs of the replicas: dcgen logs")

    def _let_finish(
        self, places: Sequence[Endpoint], image: str, *, alone: bool
    ) -> Iterator[Changed]:
        name, host = self.old.name, self.site.host
        begin_s = time.monotonic()
        yield Changed(name, "draining", host=host)
        if alone:  # nobody finds it any more, but whoever did keeps the connection
            rejoin(self.site, self.old.id, [place.named() for place in places])
        ports = self.balancer.identity.listens
        left = await_idle(self.site, self.old, image, ports, self.patience.drain_s)
        took_s = time.monotonic() - begin_s
        if left:
            detail = f"{len(left)} connections are open, from {', '.join(sorted(set(left)))}"
            yield Changed(name, "busy", took_s, host, detail)
        else:
            yield Changed(name, "idle", took_s, host)

    def _switch(self, new: Container, places: Sequence[Endpoint], *, runs: bool) -> float:
        # Returns for how many seconds neither has the address.
        begin_s = time.monotonic()
        if not runs:
            rejoin(self.site, new.id, places)
            begin_s = time.monotonic()
            for place in places:
                leave(self.site, self.old.id, place.network)
            self.site.docker("start", new.id)
            return time.monotonic() - begin_s
        for place in places:
            leave(self.site, new.id, place.network)
            leave(self.site, self.old.id, place.network)
            join(self.site, new.id, place)
        return time.monotonic() - begin_s

    def _retire(self, stand_in: Container, places: Sequence[Endpoint]) -> None:
        rejoin(self.site, stand_in.id, [place.named() for place in places])
        live = live_in(self.balancer, self.site, stand_in)
        with suppress(HostError):
            until(lambda: all(row.idle for row in live.rows()), self.patience.drain_s)
        self._discard(stand_in.id)

    def _end(self, places: Sequence[Endpoint]) -> None:
        # With a network, so that it can tell its database that it ends; its volumes stay.
        for place in places:
            with suppress(HostError):
                join(self.site, self.old.id, replace(place.named(), fixed=""))
        self.site.stop([self.old])
        self.site.docker("rm", self.old.id)

    def _restore(self, places: Sequence[Endpoint]) -> None:
        now = endpoints(self.site, self.old.id)
        if sorted(now, key=lambda one: one.network) == list(places):
            return
        for place in places:
            with suppress(HostError):
                leave(self.site, self.old.id, place.network)
            join(self.site, self.old.id, place)

    def _discard(self, name: str) -> None:
        with suppress(HostError):
            self.site.docker("rm", "--force", name)


def _serves(live: Live) -> bool:
    # Whether every replica that runs is led to, and was found to listen.
    container = live.container
    try:
        rows = live.rows()
    except HostError:  # its image has nothing that can ask, or it does not listen yet
        now = live.site.known(container.id)[0] if live.site and container else None
        return now is not None and now.running and now.health in {"", "healthy"}
    well = [r for r in rows if r.address and r.status.startswith("UP") and r.check != _UNCHECKED]
    if not live.dynamic or not live.site:
        return len(well) == len(rows)
    members = len(live.site.running(*live.service.identity.replicas))
    pools = {row.backend for row in rows}
    return len(well) >= members * len(pools) > 0
