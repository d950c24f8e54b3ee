"""Run a plan: start in order, watch, restart, stop, and say all of it as events.

One thread and one loop do everything. What happens is decided by a few facts about each process
(its *seat*), looked at every `TICK_S`; nothing waits for a single process.
"""

import selectors
import signal
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.child import Child
from engine.count import WARM_UP_S, Count
from engine.events import (
    AllReady,
    Counted,
    Event,
    Exited,
    Failed,
    Line,
    Ready,
    Restarting,
    Silent,
    Started,
    Stopped,
    Stopping,
    Summary,
)
from engine.process.probe import answers, served_by
from engine.process.process import HEALTHY_S, Plan, Process, delay_s
from faults import HostError

TICK_S = 0.05
ANSWER_WITHIN_S = 20.0
# Everything is gone 2 s after it was told to: asked first, killed when this has passed.
ASK_FOR_S = 1.5


@dataclass(slots=True)
class _Seat:
    process: Process
    child: Child | None = None
    state: Literal["waiting", "starting", "ready", "delayed", "done"] = "waiting"
    since_s: float = 0.0
    restarts: int = 0
    in_a_row: int = 0
    code: int | None = None
    answered: bool = False
    is_silent: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits for it any more: as in Compose, it may also have died."""
        return self.state in {"ready", "done"} or self.is_silent or self.restarts > 0

    @property
    def is_over(self) -> bool:
        """Whether it will never answer: it ended for good before it did, or is silent."""
        return not self.answered and (self.state == "done" or self.is_silent)


class Supervisor:
    """A run of a plan.

    Args:
        plan: What to run.
        for_s: Seconds after which the run ends by itself, counted from when all is ready.
        count: What to add up in the log lines.

    Attributes:
        failed: Whether the run ended because a process could not be started without another.
    """

    def __init__(
        self, plan: Plan, *, for_s: float | None = None, count: Count | None = None
    ) -> None:
        self.failed = False
        self._seats = [_Seat(process) for process in plan.processes]
        self._for_s = for_s
        self._count = count
        self._selector = selectors.DefaultSelector()
        self._reason = ""
        self._impatient = False
        self._ready_at = 0.0
        self._mark_at = 0.0
        self._begin_s = time.monotonic()

    def stop(self, reason: str) -> None:
        """Let the run end; called again, without patience. Safe in a signal handler."""
        self._impatient = bool(self._reason)
        self._reason = self._reason or reason

    def run(self) -> Generator[Event]:
        """Start everything and yield what happens, until all processes are gone.

        Raises:
            HostError: The system refuses to start a process; those that run are stopped.
        """
        try:
            while not self._reason:
                yield from self._tick()
                yield from self._clock()
            summary = self._summary()
            yield Stopping(self._reason)
            yield from self._stop()
            if self._for_s is not None and not self.failed:
                # What processes said while they ended was done before.
                yield replace(summary, units=self._count.total if self._count else None)
        finally:
            self._kill()
            self._selector.close()

    def _tick(self) -> Iterator[Event]:
        yield from self._read(TICK_S)
        for seat in self._seats:
            if seat.child and (code := seat.child.code()) is not None:
                yield from self._ended(seat, code)
            elif seat.state == "starting":
                yield from self._probe(seat)
            elif seat.state == "waiting" and (lost := self._lost(seat)):
                yield self._fail(seat, lost)
            elif self._is_due(seat):
                yield self._start(seat)
            if self._reason:
                return

    def _clock(self) -> Iterator[Event]:
        now_s = time.monotonic()
        if not self._ready_at:
            if not all(s.is_settled for s in self._seats):
                return
            self._ready_at = now_s
            ready = sum(1 for s in self._seats if s.answered)
            yield AllReady(ready, now_s - self._begin_s, of=len(self._seats))
        if self._count:
            yield from self._counted(self._count, now_s)
        if self._for_s is not None and now_s - self._ready_at >= self._for_s:
            self.stop(f"{self._for_s:g} s are over")
        if all(seat.state == "done" for seat in self._seats):
            self.stop("all processes have ended")

    def _counted(self, count: Count, now_s: float) -> Iterator[Counted]:
        if now_s - self._ready_at >= min(WARM_UP_S, (self._for_s or WARM_UP_S) / 2):
            count.warm(now_s)
        if now_s >= self._mark_at:
            self._mark_at = now_s + 1.0
            yield Counted(count.total, count.mark(now_s))

    def _read(self, wait_s: float) -> Iterator[Line]:
        for key, _ in self._selector.select(wait_s):
            child: Child
            process: Process
            child, process = key.data
            for text in child.lines():
                yield self._line(process, text)
            if child.at_end:
                self._selector.unregister(child)

    def _line(self, process: Process, text: str) -> Line:
        if self._count:
            self._count.add(process.service, text)
        return Line(process.name, text)

    def _is_due(self, seat: _Seat) -> bool:
        if seat.state == "delayed":
            return time.monotonic() >= seat.since_s
        if seat.state != "waiting":
            return False
        before = [s for s in self._seats if s.process.wave < seat.process.wave]
        awaited = [s for s in before if s.process.service in seat.process.waits_for]
        return all(s.is_settled for s in before) and all(s.state == "done" for s in awaited)

    def _lost(self, seat: _Seat) -> str:
        # Says which process the seat's can never be started without; empty for none.
        for other in self._seats if seat.process.needs else ():
            name, service = other.process.name, other.process.service
            if service not in seat.process.needs:
                continue
            if other.code is not None and other.state == "done":
                if other.code if service in seat.process.waits_for else other.is_over:
                    return f"it needs '{name}', which exited with code {other.code}"
            elif other.is_over:
                return f"it needs '{name}', which does not answer"
        return ""

    def _start(self, seat: _Seat) -> Event:
        seat.child = _started(seat.process)
        self._selector.register(seat.child, selectors.EVENT_READ, (seat.child, seat.process))
        seat.state, seat.since_s, seat.is_silent = "starting", time.monotonic(), False
        return Started(seat.process.name, seat.child.popen.pid)

    def _probe(self, seat: _Seat) -> Iterator[Event]:
        after_s = time.monotonic() - seat.since_s
        where = seat.process.answers
        if where is None or answers(seat.process):
            seat.state, seat.answered = "ready", True
            yield Ready(seat.process.name, after_s)
        elif after_s > ANSWER_WITHIN_S and not seat.is_silent:
            seat.is_silent = True
            yield Silent(seat.process.name, str(where), after_s)

    def _ended(self, seat: _Seat, code: int) -> Iterator[Event]:
        yield from self._close(seat)
        # As Docker and a shell say it: 137 for SIGKILL.
        code = seat.code = code if code >= 0 else 128 - code
        yield Exited(seat.process.name, code)
        if time.monotonic() - seat.since_s >= HEALTHY_S:
            seat.in_a_row = 0
        if seat.process.restart.again(code, seat.restarts):
            wait_s = delay_s(seat.in_a_row)
            seat.restarts += 1
            seat.in_a_row += 1
            seat.state, seat.since_s = "delayed", time.monotonic() + wait_s
            yield Restarting(seat.process.name, seat.restarts, wait_s)
        else:
            seat.state = "done"

    def _close(self, seat: _Seat) -> Iterator[Event]:
        if child := seat.child:
            for text in child.last_lines():
                yield self._line(seat.process, text)
            if child in self._selector.get_map():
                self._selector.unregister(child)
            child.close()
            seat.child = None

    def _fail(self, seat: _Seat, reason: str) -> Failed:
        self.failed = True
        self.stop(f"'{seat.process.name}' cannot be started")
        return Failed(seat.process.name, reason)

    def _summary(self) -> Summary:
        now_s = time.monotonic()
        rate, window_s = self._count.measured(now_s) if self._count else (0.0, 0.0)
        return Summary(
            seconds=now_s - self._ready_at if self._ready_at else 0.0,
            processes=len(self._seats),
            restarts={s.process.name: s.restarts for s in self._seats if s.restarts},
            exited=self._exited(),
            requests={
                s.process.service: served_by(s.process) for s in self._seats if s.process.socket
            },
            units_per_s=rate,
            window_s=window_s,
        )

    def _exited(self) -> dict[str, int]:
        return {s.process.name: s.code or 0 for s in self._seats if s.state == "done"}

    def _stop(self) -> Iterator[Event]:
        begin_s, exited = time.monotonic(), self._exited()
        running = [seat for seat in self._seats if seat.child]
        total, killed = len(running), list[str]()
        waves = sorted({seat.process.wave for seat in running}, reverse=True)
        slice_s = ASK_FOR_S / max(len(waves), 1)
        asked = 0
        while running and (passed_s := time.monotonic() - begin_s) < 2 * ASK_FOR_S:
            # The next wave is asked once the last one is gone, or has had its share of the time.
            if asked < len(waves) and (
                all(s.process.wave <= waves[asked] for s in running) or passed_s > asked * slice_s
            ):
                _signal((s for s in running if s.process.wave == waves[asked]), signal.SIGTERM)
                asked += 1
            if (self._impatient or passed_s >= ASK_FOR_S) and not killed:
                killed = [seat.process.name for seat in running]
                _signal(running, signal.SIGKILL)
            yield from self._read(TICK_S)
            for seat in running:
                if seat.child and seat.child.code() is not None:
                    yield from self._close(seat)
            running = [seat for seat in running if seat.child]
        yield Stopped(total, time.monotonic() - begin_s, tuple(killed), exited)

    def _kill(self) -> None:
        # Only after a fault of our own is anything left here.
        for seat in self._seats:
            if seat.child:
                seat.child.signal(signal.SIGKILL)
                seat.child.popen.wait()
                seat.child.close()
                seat.child = None


def _started(process: Process) -> Child:
    try:
        return Child.start(process.command, process.folder, process.env)
    except OSError as error:
        what = f"cannot start '{process.name}' ({process.command[0]}): {error.strerror}"
        raise HostError(what, fix="install it, or use --engine docker") from error


def _signal(seats: Iterable[_Seat], number: signal.Signals) -> None:
    for seat in seats:
        if seat.child:
            seat.child.signal(number)
