"""Lead a balancer to new replicas when they listen: DNS knows them before that.

Empty slots are drained while containers start, so that whoever arrives in one gets nothing; and
made ready one by one, as soon as the replica in it accepts connections.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.docker.containers import Site
from engine.events import Changed
from engine.live.drain import free_slots, hold, ready
from engine.live.reach import reachable
from engine.live.running import Live, Server, on_docker, servers
from engine.replicas import replicas
from engine.variant import Variant
from engine.waiting import LISTEN_WITHIN_S, until
from faults import HostError
from lb.model import Address


class Admission:
    """The replicas that are to come, and the slots held for them.

    Args:
        site: Where they will run.
        variant: What is to run.
    """

    def __init__(self, site: Site, variant: Variant) -> None:
        self._site = site
        self._variant = variant
        self._lives: list[Live] = []
        self._served: list[str] = []
        self.held: list[Server] = []

    def hold(self, scale: Mapping[str, int]) -> None:
        """Drain the empty slots of every balancer that is to get more replicas than it has.

        Raises:
            HostError: Docker, Compose or HAProxy does not answer.
        """
        wanted = replicas(self._variant, scale)
        for balancer in (service for service in self._variant if service.identity.is_dynamic):
            services = balancer.identity.replicas
            if sum(wanted[name] for name in services) > len(self._site.running(*services)):
                self._lives += on_docker(self._variant, self._site, balancer.name)
        self.held = free_slots(self._lives)
        hold(self.held)

    def admit(self, within_s: float = LISTEN_WITHIN_S) -> Iterator[Changed]:
        """Let each new replica serve when it listens; return when all do, or after *within_s*.

        Raises:
            HostError: Docker, Compose or HAProxy does not answer.
        """
        begin_s = time.monotonic()
        self.let_go()

        def complete() -> bool:
            done = [self._is_complete(live) for live in self._lives]
            return all(done)

        until(complete, within_s)
        for name in dict.fromkeys(self._served):
            yield Changed(name, "serving", time.monotonic() - begin_s, self._site.host)

    def let_go(self) -> None:
        """Forget the balancers that Compose has recreated: a new one holds nothing.

        Raises:
            HostError: Docker or Compose does not answer.
        """
        names = {live.service.name for live in self._lives}
        there = {one.id for one in self._site.running(*names)}
        self._lives = [
            live for live in self._lives if live.container and live.container.id in there
        ]
        self.held = [server for server in self.held if server.live in self._lives]

    def _is_complete(self, live: Live) -> bool:
        led = servers(live)
        held = {server.row.key for server in self.held if server.live is live}
        new = [server for server in led if server.row.key in held]
        there = reachable(live, [Address.parse(server.row.address) for server in new])
        listening = [server for server in new if Address.parse(server.row.address) in there]
        ready(listening)
        self._served += [server.name for server in listening]
        full = len(held) == len(new)
        late = len(listening) < len(new)
        known = {server.ip for server in led}
        members = self._site.running(*live.identity.replicas)
        return not late and (full or all(known & {*one.addresses.values()} for one in members))


@contextmanager
def admission(site: Site, variant: Variant) -> Iterator[Admission]:
    """Give an admission; whatever it held is ready at the end."""
    made = Admission(site, variant)
    try:
        yield made
    finally:
        # First of all: whatever else is asked may fail while what was interrupted ends.
        try:
            ready(made.held)
        except HostError:
            made.let_go()
            ready(made.held)
