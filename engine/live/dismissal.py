"""Let a container finish that another one is to replace, and end what is connected to it.

Nothing that is still open when its network is taken away would ever be answered, and nobody would
be told. So who stays is cut off before that.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from engine.docker.containers import Container, Site
from engine.docker.endpoints import Endpoint, Mover, mover, rejoin
from engine.events import Changed
from engine.live.connected import Connected, connected
from engine.live.held import Closed, closed
from engine.live.idle import await_idle
from faults import HostError

# What an application has to answer whoever has come in the last moment: its host ports are not
# served meanwhile, though it has longer to end.
_ENDS_WITHIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A container whose network may be taken away.

    Attributes:
        old: It.
        ending_s: Seconds since its host ports are not served; 0 if they are, or it has none.
        moving: A way to its daemon that is open.
        reset: Ends what is still open there.
    """

    old: Container
    ending_s: float
    moving: Mover
    reset: Callable[[], None]

    def give_way(self, places: Sequence[Endpoint], new: str, wanted: Sequence[Endpoint]) -> None:
        """Reset what is open, take it out of *places*, and put container *new* into *wanted*.

        Raises:
            HostError: Docker does not answer, or an address or a host port is taken.
        """
        self.reset()
        self.moving.move(self.old.id, places, new, wanted)


@dataclass(frozen=True, slots=True)
class Dismissal:
    """What *site* is about to lose.

    Attributes:
        site: Where it runs.
        old: The container that goes.
        ports: Those that it listens on.
        patience_s: Seconds to wait until nobody is connected.
        by_compose: Whether Compose stops it, and starts another one in its place.
    """

    site: Site
    old: Container
    ports: Sequence[int]
    patience_s: float
    by_compose: bool

    def run(
        self, places: Sequence[Endpoint], image: str, closing: ExitStack
    ) -> Generator[Changed, None, Dismissed]:
        """Take its names from the old container, and wait until nobody is connected to it.

        One with host ports keeps its names: it would lose the ports for a moment. So somebody may
        connect to it until it goes: a HAProxy accepts nobody in the end, an application is sent its
        stop signal. One without host ports serves to the last whoever has its address: the next try
        of who finds nobody there, one second later, finds the container that has it then.

        Args:
            places: Where it is, with an address where it needs one to come back to it.
            image: What to look with: it is there, and has a shell. Without perl it is not told to
                those who stay that their connection has ended.
            closing: Until its end a HAProxy with host ports accepts nobody.

        Raises:
            HostError: Docker does not answer.
        """
        name, host = self.old.name, self.site.host
        begin_s = time.monotonic()
        yield Changed(name, "draining", host=host)
        if not self.old.published:  # who is connected stays so, and nobody else finds it
            rejoin(self.site, self.old.id, [place.named() for place in places])
        moving = closing.enter_context(mover(self.site))
        shut = self._close(closing)
        watched = None if shut else self._watch(image, closing)
        seen = shut or watched or Connected(self._await_idle(image), _nothing, _nothing)
        took_s = time.monotonic() - begin_s
        if seen.left:
            froms = ", ".join(sorted(set(seen.left)))
            detail = f"{len(seen.left)} connections are open, from {froms}"
            yield Changed(name, "busy", took_s, host, detail)
        else:
            yield Changed(name, "idle", took_s, host)
        since_s = shut.at_s if shut else time.monotonic()
        is_served = self.old.published and not shut  # somebody may come in to the last
        if (is_served or (seen.left and not watched)) and not self.by_compose:
            self._dismiss(moving)
        reset = (watched.refuse if is_served else watched.reset) if watched else _nothing
        return Dismissed(self.old, time.monotonic() - since_s, moving, reset)

    def _close(self, closing: ExitStack) -> Closed | None:
        if not (self.old.published and self.old.identity.is_proxy):
            return None
        return closing.enter_context(closed(self.site, self.old, self.ports, self.patience_s))

    def _watch(self, image: str, closing: ExitStack) -> Connected | None:
        words = (self.site, self.old, image, self.ports, self.patience_s)
        return closing.enter_context(connected(*words))

    def _await_idle(self, image: str) -> list[str]:
        return await_idle(self.site, self.old, image, self.ports, self.patience_s)

    def _dismiss(self, moving: Mover) -> None:
        # An application has all of its time to end, the most of it without names and host ports.
        # HAProxy would wait for each session, and has waited: Docker says when it has ended.
        is_proxy = self.old.identity.is_proxy
        form = ("inspect", "--type", "container", "--format", "{{.Config.StopSignal}}")
        own = "SIGKILL" if is_proxy else self.site.docker(*form, self.old.id).strip()
        with suppress(HostError):  # it has ended
            moving.signal(self.old.id, own or "SIGTERM")
            time.sleep(0 if is_proxy else _ENDS_WITHIN_S)


def _nothing() -> None:
    pass
