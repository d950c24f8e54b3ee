"""The embedded engine: a variant as processes of this host, and what can be asked of a run."""

import os
import signal
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from engine.events import Event, Line, Notice, Published
from engine.process import runs
from engine.process.addresses import dialled
from engine.process.count import count
from engine.process.environment import url_of
from engine.process.free_ports import LOOPBACK
from engine.process.plan import plan
from engine.process.process import Plan
from engine.process.supervisor import Supervisor
from engine.variant import Variant
from faults import HostError

STOP_WITHIN_S = 5.0
_LOOK_EVERY_S = 0.05
# A signal that nobody else sends: a run ended by `dcgen stop` ended well.
STOP_SIGNAL = signal.SIGUSR1


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

    run: runs.Run
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
                self.run.record(event)
                yield event


@contextmanager
def up(variant: Variant, wishes: Wishes) -> Iterator[Running]:
    """Hold a run of *variant* that is known to be possible; nothing of it has been started yet.

    Raises:
        UserError: A service cannot run as a process; all such services are named.
        HostError: It runs already, a program is missing, or a port is busy.
    """
    counted = count(variant, wishes.count)
    with runs.begin(variant.file) as run:
        planned = plan(
            variant,
            run.scratch,
            scale=wishes.scale,
            publish_on=wishes.publish_on,
            free_ports=wishes.free_ports,
        )
        run.begin(planned)
        yield Running(run, planned, Supervisor(planned, for_s=wishes.for_s, count=counted))


def stop(file: Path) -> int:
    """End the run of *file*, and return how many processes it had: none if it did not run.

    Raises:
        HostError: It does not end.
    """
    running = runs.find(file)
    if not running:
        return 0
    os.kill(running.pid, STOP_SIGNAL)
    deadline_s = time.monotonic() + STOP_WITHIN_S
    while runs.find(file):
        if time.monotonic() > deadline_s:
            what = f"'{file}' still runs after {STOP_WITHIN_S:.0f} s"
            raise HostError(what, fix=f"kill {running.pid}")
        time.sleep(_LOOK_EVERY_S)
    return sum(1 for entry in running.entries if entry.pid)


def logs(
    file: Path, *, services: frozenset[str] = frozenset(), tail: int | None = None, follow: bool
) -> Iterator[Line]:
    """Yield the lines of the last run of *file*.

    Args:
        file: The Compose file.
        services: Only their lines; empty for all.
        tail: Of what was said before, only so many lines; None for all that was kept.
        follow: Go on with new lines as long as it runs.

    Raises:
        HostError: It never ran here.
    """
    path = runs.log_of(file)
    if not path.is_file():
        raise HostError(f"there is no log of '{file}'", fix=f"start it: dcgen up -f {file}")
    older = path.with_name(f"{path.name}.1")
    with ExitStack() as streams:
        before = [*_lines(_open(older, streams))] if older.is_file() else []
        stream = _open(path, streams)
        before = [line for line in (*before, *_lines(stream)) if _is_of(line, services)]
        yield from before if tail is None else before[len(before) - min(tail, len(before)) :]
        alive = follow
        while alive:
            alive = runs.find(file) is not None  # asked first: its last words are still read
            yield from (line for line in _lines(stream) if _is_of(line, services))
            if _was_moved(path, stream):
                yield from (line for line in _lines(stream) if _is_of(line, services))
                stream = _open(path, streams)
            elif alive:
                time.sleep(_LOOK_EVERY_S)


def _open(path: Path, streams: ExitStack) -> TextIO:
    return streams.enter_context(path.open(encoding="utf-8", errors="replace"))


def _lines(stream: TextIO) -> Iterator[Line]:
    for text in stream:
        name, _, rest = text.rstrip("\n").partition(runs.SEPARATOR)
        yield Line(name, rest)


def _is_of(line: Line, services: frozenset[str]) -> bool:
    return not services or line.name in services or line.name.rpartition("-")[0] in services


def _was_moved(path: Path, stream: TextIO) -> bool:
    # The log begins anew when it has grown long enough.
    return path.is_file() and path.stat().st_ino != os.fstat(stream.fileno()).st_ino
