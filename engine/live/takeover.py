"""Put a balancer before an application that runs, while it goes on serving.

    start the replicas, wait until they are healthy
    start a stand-in: the same balancer without its name and its host ports
    start the balancer in a network of its own, where the stand-in is its replicas
    give the stand-in the name, too; take the name from the old container, and let it finish
    the balancer gets the old container's address, its name and its host ports
    take the name from the stand-in, let it finish, remove it and the old container

A name may have two containers, a host port only one: it is free for as long as Docker needs to
disconnect the one and to connect the other. Who resolved the name long ago finds the balancer at
the address. Nothing is assumed of what runs in the old container.
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
from engine.live.leftovers import remove_left_over
from engine.live.running import Live, differ, live_in
from engine.replicas import names_of_replicas, replicas
from engine.variant import Service, Variant
from engine.waiting import DRAIN_WITHIN_S, HEALTHY_WITHIN_S, until
from faults import HostError, UserError

_START_WITHIN_S = 1800.0  # an image may have to be built
_TRIED_AGAIN_WITHIN_S = 3.5  # Linux sends a SYN again after 1 s and after 3 s
_UNCHECKED = "INI"
_MEMBERS = ("network", "inspect", "--format", "{{range .Containers}}{{.Name}} {{end}}")


@dataclass(frozen=True, slots=True)
class Patience:
    """What is borne: waiting *healthy_s* at least, *drain_s* at most, and empty volumes.

    With *renew_volumes* replicas may begin with empty ones where those of the old container have no
    name.
    """

    healthy_s: float = HEALTHY_WITHIN_S
    drain_s: float = DRAIN_WITHIN_S
    renew_volumes: bool = False


def take_over(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed]:
    """Put the balancers of *variant* before the applications that run on *site* without them.

    A balancer that finds its replicas by DNS and was changed, or had them in its configuration
    before, is replaced in the same way.

    Args:
        site: Where the variant is to run.
        variant: As it is to be.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait, and what may begin anew.

    Raises:
        UserError: The replicas would not have the data of the application, or do not become
            healthy; it runs as before.
        HostError: Docker or Compose does not answer, or refuses.
    """
    found = [
        (service, one)
        for service in (s for s in variant if s.identity.role == labels.BALANCER)
        for one in site.running(service.name)[:1]
        if not one.identity.is_proxy or (service.identity.is_dynamic and differ(service, one))
    ]
    if not found:
        return
    for service, old in found if not patience.renew_volumes else ():
        if not old.identity.is_proxy:
            _require_data(variant, service, old)
    names = [name for service, _ in found for name in service.identity.replicas]
    begin_s = time.monotonic()
    words = [*words, *_no_fewer(site, variant, found)]
    site.run("up", "--detach", "--no-recreate", *words, *names, within_s=_START_WITHIN_S)
    for one in site.containers(*names):
        await_healthy(site, one, patience.healthy_s)
        yield Changed(one.name, "healthy", time.monotonic() - begin_s, site.host)
    for service, old in found:
        yield from _Takeover(site, service, old, words, patience).run()
        yield from remove_left_over(site, variant, old.project, {service.name})


def _no_fewer(
    site: Site, variant: Variant, found: Sequence[tuple[Service, Container]]
) -> Iterator[str]:
    # Compose would end replicas that are too many while they work.
    wanted = replicas(variant, {})
    for name in (name for service, _ in found for name in service.identity.replicas):
        if (now := len(site.running(name))) > wanted[name]:
            yield from ("--scale", f"{name}={now}")


@dataclass(frozen=True, slots=True)
class _Takeover:
    site: Site
    balancer: Service
    old: Container
    words: Sequence[str]
    patience: Patience

    def run(self) -> Iterator[Changed]:
        begin_s = time.monotonic()
        found = endpoints(self.site, self.old.id)
        places = [one.named(self.balancer.name, *one.aliases) for one in found]
        with ExitStack() as undo:
            aside = self._aside(undo)
            unfixed = [replace(place, fixed="") for place in places]
            stand_in = self._stand_in(undo, unfixed)
            join(self.site, stand_in.id, aside.named(*names_of_replicas(self.balancer)))
            undo.callback(self._restore, places)
            new = None if self._has_one_name else self._create(undo, aside)
            rejoin(self.site, stand_in.id, unfixed)
            self._await(stand_in)
            yield from self._let_finish(places, stand_in.image)
            switched_s = time.monotonic()
            new = self._switch(new, places)
            gap_s = time.monotonic() - switched_s
            undo.pop_all()
        lost = moved(self.site, new.id, places)
        self._retire(stand_in, new, [aside, *unfixed])
        self._end(new, places)
        free = f"host ports were free for {gap_s:.1f} s" if self.old.published else ""
        detail = ", ".join(filter(None, [free, self.old.leaves]))
        yield Changed(self.old.name, "replaced", time.monotonic() - begin_s, self.site.host, detail)
        for place in lost:
            told = f"restart what resolved it before, as {place.address}"
            yield Changed(self.balancer.name, "moved", host=self.site.host, detail=told)

    @property
    def _has_one_name(self) -> bool:
        # Then Compose refuses a second container beside it.
        return "container_name" in self.balancer.keys

    @property
    def _called(self) -> str:
        return f"{self.old.project}-{self.balancer.name}-takeover"

    def _aside(self, undo: ExitStack) -> Endpoint:
        # A network without a way out: a container that is there alone has no host ports. The
        # balancer waits there, and takes the stand-in for its replicas.
        self._forget()  # what a run left that was killed
        undo.callback(self._forget)
        self.site.docker("network", "create", "--internal", self._called)
        return Endpoint(self._called)

    def _stand_in(self, undo: ExitStack, places: Sequence[Endpoint]) -> Container:
        undo.callback(self._discard, self._called)
        words = ("run", "--detach", "--no-deps", "--name", self._called, self.balancer.name)
        try:
            self.site.run(*words, within_s=_START_WITHIN_S)
        except HostError:  # the old container has the address that the file asks for
            rejoin(self.site, self._called, [place.named() for place in places])
            self.site.docker("start", self._called)
        made = self.site.known(self._called)[0]
        self._await(made)
        return made

    def _create(self, undo: ExitStack, aside: Endpoint) -> Container:
        service = self.balancer.name
        before = {one.id for one in self.site.containers(service)}
        count = f"{service}={len(before) + 1}"
        given = (word for word in self.words if word != "--build")
        words = ("--no-recreate", *given, "--scale", count, service)
        self.site.run("up", "--no-start", *words, within_s=_START_WITHIN_S)
        new = next((o for o in self.site.containers(service) if o.id not in before), None)
        if new is None:
            what = f"Compose made no other container of '{service}'"
            raise HostError(what, fix="run `docker compose up` and read its output")
        undo.callback(self._discard, new.id)
        for place in endpoints(self.site, new.id):
            leave(self.site, new.id, place.network)
        join(self.site, new.id, aside)
        # Not by Docker: newer Composes put configurations into a container when they start it.
        self.site.run("up", "--detach", *words)
        self._await(new, by_another=True)
        return new

    def _await(self, container: Container, *, by_another: bool = False) -> None:
        live = live_in(self.balancer, self.site, container)
        if not until(lambda: _serves(live, by_another=by_another), self.patience.healthy_s):
            what = f"'{container.title}' reaches no replica within {self.patience.healthy_s:.0f} s"
            what += last_words(self.site, container)
            raise UserError(what, fix="read the logs of the replicas: dcgen logs")

    def _let_finish(self, places: Sequence[Endpoint], image: str) -> Iterator[Changed]:
        name, host = self.old.name, self.site.host
        begin_s = time.monotonic()
        yield Changed(name, "draining", host=host)
        if not self.old.published:  # who is connected stays so, and nobody else finds it
            rejoin(self.site, self.old.id, [place.named() for place in places])
        ports = self.balancer.identity.listens
        left = await_idle(self.site, self.old, image, ports, self.patience.drain_s)
        took_s = time.monotonic() - begin_s
        if left:
            detail = f"{len(left)} connections are open, from {', '.join(sorted(set(left)))}"
            yield Changed(name, "busy", took_s, host, detail)
        else:
            yield Changed(name, "idle", took_s, host)

    def _switch(self, new: Container | None, places: Sequence[Endpoint]) -> Container:
        # In between nobody has the address and the host ports of a network.
        if new is None:
            given = (*self.words, self.balancer.name)
            self.site.run("up", "--detach", *given, within_s=_START_WITHIN_S + self.old.grace_s)
            return self.site.running(self.balancer.name)[0]
        for place in places:
            leave(self.site, self.old.id, place.network)
            join(self.site, new.id, place)
        return new

    def _retire(self, stand_in: Container, new: Container, places: Sequence[Endpoint]) -> None:
        rejoin(self.site, stand_in.id, [place.named() for place in places])
        begin_s = time.monotonic()
        self._await(new)
        # Who tried to connect while it was away tries again at the address that DNS gave.
        time.sleep(max(0.0, _TRIED_AGAIN_WITHIN_S - (time.monotonic() - begin_s)))
        live = live_in(self.balancer, self.site, stand_in)
        with suppress(HostError):
            until(lambda: all(row.idle for row in live.rows()), self.patience.drain_s)
        self._forget()

    def _end(self, new: Container, places: Sequence[Endpoint]) -> None:
        if self._has_one_name:
            return
        # With a network, so that it can tell its database that it ends; its volumes stay.
        for place in places:
            with suppress(HostError):
                join(self.site, self.old.id, replace(place.named(), fixed=""))
        self.site.stop([self.old])
        self.site.docker("rm", self.old.id)
        self.site.docker("rename", new.id, self.old.title)

    def _forget(self) -> None:
        self._discard(self._called)
        with suppress(HostError):
            for name in self.site.docker(*_MEMBERS, self._called).split():
                leave(self.site, name, self._called)
            self.site.docker("network", "rm", self._called)

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


def _require_data(variant: Variant, service: Service, old: Container) -> None:
    replica = variant.services[service.identity.replicas[0]]
    paths = old.lost(replica.keys.get("volumes"))
    if paths:
        raise UserError(
            f"'{service.name}' has data in volumes without a name ({', '.join(paths)}), which its"
            " replicas would not have",
            fix=f"give it one in the Compose file (`volumes: [NAME:{paths[0]}]`), copy there what"
            f" volume {old.volumes[paths[0]][:12]} has; or give `--renew-anon-volumes`, if replicas"
            " may begin with empty ones",
            where=replica.where("volumes"),
        )


def _serves(live: Live, *, by_another: bool) -> bool:
    # Whether every replica that runs is led to and was found to listen, or what stands for them.
    container = live.container
    if not live.site or not container:
        return False
    try:
        rows = live.rows()
    except HostError:  # its image has nothing that can ask, or it does not listen yet
        now = live.site.known(container.id)[0]
        return now.running and now.health in {"", "healthy"}
    well = [r for r in rows if r.address and r.status.startswith("UP") and r.check != _UNCHECKED]
    if by_another:
        return len({row.backend for row in well}) == len({row.backend for row in rows})
    running = live.site.running(*live.service.identity.replicas)
    known = {ip for one in running for ip in one.addresses.values()}
    there = {(row.backend, row.ip) for row in well if row.ip in known}
    return len(there) >= len({row.backend for row in rows}) * len(running) > 0
