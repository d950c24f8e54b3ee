"""Put a balancer before an application that runs, while it goes on serving.

    start the replicas, wait until they are healthy
    start a stand-in: the same balancer without its name and its host ports
    start the balancer in a network of its own, where the stand-in is its replicas
    give the stand-in the name, too; take the name from the old container, and let it finish
    the balancer gets the old container's address, its name and its host ports
    take the name from the stand-in, let it finish, remove it and the old container

A host port is free for as long as Docker needs to disconnect the one and to connect the other. Who
resolved the name long ago finds the balancer at the address.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from engine.docker.containers import Container
from engine.docker.endpoints import Endpoint, endpoints, join, moved, rejoin
from engine.events import Changed
from engine.live.dismissal import Dismissal, Dismissed
from engine.live.handover import Handover, fixed
from engine.live.health import last_words
from engine.live.held import held
from engine.live.running import Live, live_in
from engine.replicas import names_of_replicas
from engine.waiting import until
from faults import HostError, UserError

_UNCHECKED = "INI"
_FOUND_WITHIN_S = 10.0


class Takeover(Handover):
    """The balancer *service* is to be where *old* is: its application, or a former balancer."""

    __slots__ = ()

    def run(self) -> Iterator[Changed]:
        """Go through the steps, and yield what becomes of the old container.

        Raises:
            UserError: The stand-in or the balancer reaches no replica; the old container goes on.
            HostError: Docker or Compose does not answer, or refuses.
        """
        begin_s = time.monotonic()
        found = endpoints(self.site, self.old.id)
        places = [one.named(self.service.name, *one.aliases) for one in found]
        with ExitStack() as undo, ExitStack() as closing:
            aside = self._aside(undo)
            stand_in = self.start_stand_in(undo)
            self._await(stand_in)
            join(self.site, stand_in.id, aside.named(*names_of_replicas(self.service)))
            undo.callback(self.restore, places)
            new, made = self._wait_aside(undo, aside, stand_in)
            kept = self.kept(places, made)
            still = self.name_stand_in(stand_in, kept)
            self._await(stand_in)
            release = self._hold(new, closing)
            drain_s, by_compose = self.patience.drain_s, self.has_one_name
            going = Dismissal(self.site, self.old, self.ports, drain_s, by_compose)
            gone = yield from going.run(fixed(places, still), stand_in.image, closing)
            new, gap_s = self._switch(gone, new, places, still, release)
            undo.pop_all()
        lost = moved(self.site, new.id, [place for place in kept if place.address])
        self._retire(stand_in, new, [aside, *(replace(place, fixed="") for place in kept)])
        self.end(new, places)
        free = (
            f"host ports were free for {gone.ending_s + gap_s:.1f} s" if self.old.published else ""
        )
        yield from self.told(begin_s, free, lost)

    def _aside(self, undo: ExitStack) -> Endpoint:
        # A network without a way out: a container that is there alone has no host ports. The
        # balancer waits there, and takes the stand-in for its replicas.
        self.forget()  # what a run left that was killed
        undo.callback(self.forget)
        self.site.docker("network", "create", "--internal", self.called)
        return Endpoint(self.called)

    def _wait_aside(
        self, undo: ExitStack, aside: Endpoint, stand_in: Container
    ) -> tuple[Container | None, list[Endpoint]]:
        # Returns where Compose puts a container of the service, too.
        if self.has_one_name:
            own = endpoints(self.site, stand_in.id)
            return None, [one.named() for one in own if one.network != aside.network]
        new, made = self.create(undo)
        join(self.site, new.id, aside)
        self.start()
        self._await(new, by_another=True)
        return new, made

    def _await(self, container: Container, *, by_another: bool = False) -> None:
        live = live_in(self.service, self.site, container)
        if not until(lambda: _serves(live, by_another=by_another), self.patience.healthy_s):
            what = f"'{container.title}' reaches no replica within {self.patience.healthy_s:.0f} s"
            what += last_words(self.site, container)
            raise UserError(what, fix="read the logs of the replicas: dcgen logs")

    def _hold(self, new: Container | None, closing: ExitStack) -> Callable[[], None]:
        # Who comes by the name would be refused for a moment: that is for host ports alone.
        if new is None or not self.old.published:
            return lambda: None
        return closing.enter_context(held(self.site, new))

    def _switch(
        self,
        gone: Dismissed,
        new: Container | None,
        places: Sequence[Endpoint],
        kept: Sequence[Endpoint],
        release: Callable[[], None],
    ) -> tuple[Container, float]:
        # In between nobody has the address and the host ports of a network.
        begin_s = time.monotonic()
        if new is None:
            new = self.recreate()
        else:
            gone.give_way(places, new.id, kept)
            release()
        return new, time.monotonic() - begin_s

    def _retire(self, stand_in: Container, new: Container, places: Sequence[Endpoint]) -> None:
        # The balancer leads to it until DNS has told the replicas' addresses: whoever came through
        # a host port would wait while it is away from its networks.
        live = live_in(self.service, self.site, new)
        until(lambda: _serves(live, by_another=False), _FOUND_WITHIN_S)
        rejoin(self.site, stand_in.id, [place.named() for place in places])
        since_s = time.monotonic()
        self._await(new)
        self.finish(stand_in, stand_in.image, since_s)


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
    running = live.site.running(*live.identity.replicas)
    known = {ip for one in running for ip in one.addresses.values()}
    there = {(row.backend, row.ip) for row in well if row.ip in known}
    return len(there) >= len({row.backend for row in rows}) * len(running) > 0
