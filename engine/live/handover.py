"""What every change of hands needs: a name goes from one container of a service to another.

A name may have two containers, a host port only one. Until the new container can have the ports of
the old one, a stand-in has the name: a container of the same service, started by `compose run`,
which has neither names nor host ports of its own. Nothing is assumed of what runs in the old one.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

from engine.docker.containers import Container, Site
from engine.docker.endpoints import Endpoint, endpoints, join, leave, rejoin, would_move
from engine.events import Changed
from engine.live.dependents import command, dependents
from engine.live.idle import await_idle
from engine.variant import Service
from engine.waiting import DRAIN_WITHIN_S, HEALTHY_WITHIN_S
from faults import HostError

START_WITHIN_S = 1800.0  # an image may have to be built
_MEMBERS = ("network", "inspect", "--format", "{{range .Containers}}{{.Name}} {{end}}")
TRIED_AGAIN_WITHIN_S = 3.5  # Linux sends a SYN again after 1 s and after 3 s
# gRPC asks DNS once in 30 s at most, and Java keeps an answer for as long: who loses a connection
# sooner would try in vain, at the address that it knows.
LOOKED_UP_AGAIN_WITHIN_S = 31.0


@dataclass(frozen=True, slots=True)
class Patience:
    """What is borne: waiting *healthy_s* at least, *drain_s* at most, and empty volumes.

    With *renew_volumes* replicas may begin with empty ones where those of the old container have no
    name. With *restarts* those that may have looked up an address that is lost are restarted.
    """

    healthy_s: float = HEALTHY_WITHIN_S
    drain_s: float = DRAIN_WITHIN_S
    renew_volumes: bool = False
    restarts: bool = False


def fixed(places: Sequence[Endpoint], still: Sequence[Endpoint]) -> list[Endpoint]:
    """Return *places*, each with the address of *still* that it has to ask for, if it is there."""
    known = {place.network: place.fixed for place in still}
    return [replace(place, fixed=known.get(place.network, place.fixed)) for place in places]


@dataclass(frozen=True, slots=True)
class Handover:
    """The *service* on *site* is to be another container than *old*.

    Attributes:
        site: Where it runs.
        service: As the file has it now.
        old: The container that has the name, the address and the host ports.
        words: What ``up`` is told: replicas, whether to build.
        patience: How long to wait.
    """

    site: Site
    service: Service
    old: Container
    words: Sequence[str]
    patience: Patience

    @property
    def has_one_name(self) -> bool:
        """Whether Compose refuses a second container beside the old one."""
        return "container_name" in self.service.keys

    @property
    def called(self) -> str:
        """The name of the stand-in, and of a network for the change of hands."""
        return f"{self.old.project}-{self.service.name}-takeover"

    def start_stand_in(self, undo: ExitStack) -> Container:
        """Return a container of the service without its names, which was just started.

        Raises:
            HostError: Docker or Compose does not answer, or refuses.
        """
        undo.callback(self.discard, self.called)
        words = ("run", "--detach", "--no-deps", "--name", self.called, self.service.name)
        try:
            self.site.run(*words, within_s=START_WITHIN_S)
        except HostError:  # the old container has the address that the file asks for
            free = [replace(one.named(), fixed="") for one in endpoints(self.site, self.called)]
            rejoin(self.site, self.called, free)
            self.site.docker("start", self.called)
        return self.site.known(self.called)[0]

    def name_stand_in(self, stand_in: Container, places: Sequence[Endpoint]) -> list[Endpoint]:
        """Give *stand_in* the names of *places*.

        Returns:
            *places*, with a fixed address where others would get a lower one; if Docker lets one
            be chosen there, which the stand-in has tried.

        Raises:
            HostError: Docker does not answer.
        """
        own = {place.network: place.address for place in endpoints(self.site, stand_in.id)}
        found = []
        for place in places:
            unfixed = replace(place, fixed="")
            leave(self.site, stand_in.id, place.network)
            try:
                join(self.site, stand_in.id, unfixed, own[place.network])
            except HostError:
                join(self.site, stand_in.id, unfixed)
                found.append(place)
            else:
                moves = place.address and would_move(self.site, place)
                found.append(replace(place, fixed=place.address) if moves else place)
        return found

    def kept(self, places: Sequence[Endpoint], made: Sequence[Endpoint]) -> list[Endpoint]:
        """Return where the new container is to be: where Compose has *made* it, at old addresses.

        It may be in networks that the old one has no part in, and the other way round.

        Args:
            places: Where the old one is.
            made: Where a container is that Compose has made of the service.
        """
        known = {place.network: place for place in places}
        found = []
        for one in made:
            was = known.get(one.network, Endpoint(one.network))
            place = was.named(self.service.name, *was.aliases, *one.aliases)
            if one.fixed not in {"", was.address}:  # the file asks for another one by now
                place = replace(place, address="", fixed=one.fixed)
            found.append(place)
        return found

    def create(self, undo: ExitStack) -> tuple[Container, list[Endpoint]]:
        """Return the container that Compose makes of the service, not started and in no network.

        Returns:
            It, and where Compose has put it.

        Raises:
            HostError: Docker or Compose does not answer, or refuses.
        """
        service = self.service.name
        before = {one.id for one in self.site.containers(service)}
        self.site.run("up", "--no-start", *self._one_more(len(before) + 1), within_s=START_WITHIN_S)
        new = next((o for o in self.site.containers(service) if o.id not in before), None)
        if new is None:
            what = f"Compose made no other container of '{service}'"
            raise HostError(what, fix="run `docker compose up` and read its output")
        undo.callback(self.discard, new.id)
        places = endpoints(self.site, new.id)
        for place in places:
            leave(self.site, new.id, place.network)
        return new, [one.named(*(n for n in one.aliases if n != new.title)) for one in places]

    def start(self) -> None:
        """Start what `create` has made.

        Not by Docker: newer Composes put configurations into a container when they start it.

        Raises:
            HostError: Docker or Compose does not answer, or refuses.
        """
        count = len(self.site.containers(self.service.name))
        self.site.run("up", "--detach", *self._one_more(count), within_s=START_WITHIN_S)

    def _one_more(self, count: int) -> list[str]:
        given = [word for word in self.words if word != "--build"]
        return [
            "--no-recreate",
            *given,
            "--scale",
            f"{self.service.name}={count}",
            self.service.name,
        ]

    def recreate(self) -> Container:
        """Return the container that Compose makes in the place of the old one.

        Raises:
            HostError: Docker or Compose does not answer, or refuses.
        """
        within_s = START_WITHIN_S + self.old.grace_s
        self.site.run("up", "--detach", *self.words, self.service.name, within_s=within_s)
        return self.site.running(self.service.name)[0]

    @property
    def ports(self) -> list[int]:
        """The ports on which the service listens, as the balancer of the two says."""
        return self.service.identity.listens or self.old.identity.listens

    def end(self, new: Container, places: Sequence[Endpoint]) -> None:
        """Remove the old container, and give the new one the name that Docker knows it by."""
        if self.has_one_name:
            return
        # With a network, so that it can tell its database that it ends; its volumes stay.
        for place in places:
            with suppress(HostError):
                join(self.site, self.old.id, replace(place.named(), fixed=""))
        self.site.stop([self.old])
        self.site.docker("rm", self.old.id)
        self.site.docker("rename", new.id, self.old.title)

    def restore(self, places: Sequence[Endpoint]) -> None:
        """Put the old container back to where it was."""
        now = endpoints(self.site, self.old.id)
        if sorted(now, key=lambda one: one.network) == list(places):
            return
        for place in places:
            with suppress(HostError):
                leave(self.site, self.old.id, place.network)
            join(self.site, self.old.id, place)
        self.site.docker("start", self.old.id)  # no change if it runs

    def finish(self, stand_in: Container, image: str, since_s: float) -> None:
        """End *stand_in*, which has lost the names, when nobody is connected to it.

        HAProxy would call an HTTP/2 connection idle between two calls: the kernel is asked.

        Args:
            stand_in: It.
            image: What to look with: it is there, and has a shell.
            since_s: When it lost them, on the clock that only goes forward.
        """
        # Who asked DNS before is at its way, or tries again.
        time.sleep(max(0.0, since_s + TRIED_AGAIN_WITHIN_S - time.monotonic()))
        looked_up_s = since_s + LOOKED_UP_AGAIN_WITHIN_S - time.monotonic()
        within_s = max(self.patience.drain_s, looked_up_s)
        await_idle(self.site, stand_in, image, self.ports, within_s)
        with suppress(HostError):
            self.site.stop([stand_in])  # it answers what has come, and says so to HTTP/2 clients
        self.forget()

    def forget(self) -> None:
        """Remove the stand-in, and the network that was made for the change of hands."""
        self.discard(self.called)
        with suppress(HostError):
            for name in self.site.docker(*_MEMBERS, self.called).split():
                leave(self.site, name, self.called)
            self.site.docker("network", "rm", self.called)

    def discard(self, name: str) -> None:
        """Remove container *name*, if it is there."""
        with suppress(HostError):
            self.site.docker("rm", "--force", name)

    def told(self, begin_s: float, detail: str, lost: Sequence[Endpoint]) -> Iterator[Changed]:
        """Yield that the old container was replaced, and who has to know *lost* addresses."""
        host = self.site.host
        detail = ", ".join(filter(None, [detail, self.old.leaves]))
        yield Changed(self.old.name, "replaced", time.monotonic() - begin_s, host, detail)
        names = dependents(self.service)
        advice = "restart what resolved it before"
        if names and not self.patience.restarts:
            advice += f": {command(self.site, names)}"
        for place in lost:
            told = f"it was {place.address}; {advice}"
            yield Changed(self.service.name, "moved", host=host, detail=told)
