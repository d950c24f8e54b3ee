"""Give its name back to an application that has a balancer before it, and has none in the file.

    start a stand-in: the application without its name and its host ports, wait until it is healthy
    start the container beside it, without its name, wait until it is healthy
    give the stand-in the name; take the name from the balancer, and let it finish
    the container gets the balancer's address and its name
    take the name from the stand-in, let it finish, remove it, the balancer and the replicas

With host ports the container can only start when the balancer has left: they are free for as long
as it takes to be healthy. By its name the service is found all the time.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from engine.docker.containers import Container, Site
from engine.docker.endpoints import Endpoint, endpoints, join, leave, moved, rejoin
from engine.docker.following import follow
from engine.events import Changed
from engine.live.dismissal import Dismissal, Dismissed
from engine.live.handover import Handover, Patience, fixed
from engine.live.health import never_healthy
from engine.live.idle import listens
from engine.live.leftovers import has_balancers, networks_of, remove_left_over, remove_networks
from engine.underway import Underway
from engine.variant import Variant
from engine.waiting import until


def give_back(
    site: Site, variant: Variant, words: Sequence[str], patience: Patience
) -> Iterator[Changed | Underway]:
    """Put the applications of *variant* where balancers run on *site* that it does not have.

    Args:
        site: Where the variant is to run.
        variant: As it is to be: the file from before it was scaled.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait.

    Raises:
        UserError: An application does not become healthy; its balancer goes on.
        HostError: Docker or Compose does not answer, or refuses.
    """
    if not has_balancers(site):  # Compose would take ten times as long to say so
        return
    ours = [service for service in variant if "provider" not in service.keys]
    plain = [service.name for service in ours if not service.identity.role]
    found = [one for one in site.running(*plain) if one.identity.is_balancer]
    if not found:
        return
    # Workers and the like have had no balancer: they come back before their replicas go.
    yield from follow(site, "up", "--detach", "--no-recreate", *words)
    known = networks_of(site, found[0].project, found)
    for old in found:
        service = variant.services[old.service]
        yield from _GivingBack(site, service, old, words, patience).run()
    yield from remove_left_over(site, variant, found[0].project, plain)
    yield from remove_networks(site, variant, found[0].project, known)


class _GivingBack(Handover):
    __slots__ = ()

    def run(self) -> Iterator[Changed]:
        begin_s = time.monotonic()
        places = [
            one.named(self.service.name, *one.aliases) for one in endpoints(self.site, self.old.id)
        ]
        with ExitStack() as undo, ExitStack() as closing:
            self.forget()  # what a run left that was killed
            stand_in = self.start_stand_in(undo)
            self._await(stand_in)
            undo.callback(self.restore, places)
            new, made = self._beside(undo, stand_in)
            kept = self.kept(places, made)
            unfixed = [replace(place, fixed="") for place in kept]
            if new and not self.old.published:
                self._start_beside(new, unfixed)
            still = self.name_stand_in(stand_in, kept)
            drain_s, by_compose = self.patience.drain_s, self.has_one_name
            going = Dismissal(self.site, self.old, self.ports, drain_s, by_compose)
            gone = yield from going.run(fixed(places, still), self.old.image, closing)
            switched_s = time.monotonic()
            new = self._switch(gone, new, places, still)
            gap_s = gone.ending_s + time.monotonic() - switched_s
            undo.pop_all()
        lost = moved(self.site, new.id, [place for place in kept if place.address])
        self._retire(stand_in, unfixed)
        self.end(new, places)
        free = f"host ports were not served for {gap_s:.1f} s" if self.old.published else ""
        yield from self.told(begin_s, free, lost)

    def _beside(
        self, undo: ExitStack, stand_in: Container
    ) -> tuple[Container | None, list[Endpoint]]:
        # Returns where Compose puts a container of the service, too.
        if self.has_one_name:
            return None, [one.named() for one in endpoints(self.site, stand_in.id)]
        return self.create(undo)

    def _start_beside(self, new: Container, places: Sequence[Endpoint]) -> None:
        for place in places:
            join(self.site, new.id, place.named())
        self.start()
        self._await(new)

    def _switch(
        self,
        gone: Dismissed,
        new: Container | None,
        places: Sequence[Endpoint],
        kept: Sequence[Endpoint],
    ) -> Container:
        if new is None:
            new = self.recreate()
        else:
            for place in () if self.old.published else kept:
                leave(self.site, new.id, place.network)
            gone.give_way(places, new.id, kept)
            if self.old.published:
                self.start()
        self._await(new)
        return new

    def _await(self, container: Container) -> None:
        within_s = max(self.patience.healthy_s, container.settles_s)
        now, begin_s = container, time.monotonic()

        def settled() -> bool:
            nonlocal now
            now = self.site.known(container.id)[0]
            if now.health or not now.running:
                return now.health != "starting"
            return listens(self.site, now, self.old.image, self.ports)

        if not until(settled, within_s) or not now.running or now.health == "unhealthy":
            raise never_healthy(self.site, now, time.monotonic() - begin_s)

    def _retire(self, stand_in: Container, places: Sequence[Endpoint]) -> None:
        rejoin(self.site, stand_in.id, [place.named() for place in places])
        self.finish(stand_in, self.old.image, time.monotonic())
