"""The embedded engine: a variant as processes of this host."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from engine.count import count
from engine.events import Event, Notice, Published
from engine.process.addresses import dialled
from engine.process.environment import url_of
from engine.process.plan import plan
from engine.process.process import Plan
from engine.process.record import Run, begin
from engine.process.supervisor import Supervisor
from engine.variant import Variant
from lb.address import LOOPBACK


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks of a run.

    Attributes:
        scale: Service to replicas, instead of what the file says.
        publish_on: Where published ports are served whose entry names no address.
        free_ports: Publish on any free ports, whatever the file says.
        for_s: Seconds after which the run ends by itself; None runs until it is stopped.
        count: A regular expression for the lines to count, instead of the labels ``dcgen.count``.
    """

    scale: Mapping[str, int]
    publish_on: str = LOOPBACK
    for_s: float | None = None
    count: str | None = None
    free_ports: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A run that was planned; iterate `events` to start it and to keep it going."""

    run: Run
    plan: Plan
    supervisor: Supervisor

    def events(self) -> Generator[Event]:
        """Start everything, and yield what happens until all of it is gone."""
        yield from map(Notice, self.plan.notices)
        for process in self.plan.processes:
            for port, address in process.published.items():
                url = url_of(port, dialled(address))
                yield Published(process.service, port, str(address), url)
        with closing(self.supervisor.run()) as events:
            for event in events:
                if trouble := self.run.record(event):
                    yield Notice(trouble)
                yield event


@contextmanager
def up(variant: Variant, wishes: Wishes) -> Iterator[Running]:
    """Hold a run of *variant* that is known to be possible; nothing of it has been started yet.

    Raises:
        UserError: A service cannot run as a process; all such services are named.
        HostError: It runs already, a program is missing, or a port is busy.
    """
    counted = count(variant, wishes.count)
    with begin(variant.file) as run:
        planned = plan(
            variant,
            run.scratch,
            scale=wishes.scale,
            publish_on=wishes.publish_on,
            free_ports=wishes.free_ports,
        )
        run.begin(planned)
        yield Running(run, planned, Supervisor(planned, for_s=wishes.for_s, count=counted))
