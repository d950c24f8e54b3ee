"""A trial as processes of this host."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace

import psutil

from engine import runs
from engine.count import count
from engine.events import AllReady, Event, Exited, Failed, Line, Started
from engine.process.plan import plan
from engine.process.process import Plan
from engine.process.record import Run, begin
from engine.process.supervisor import Supervisor
from engine.trial.lines import Told
from engine.trial.machine import Computed, computed
from engine.variant import Variant
from faults import HostError
from lb.address import Address

MARK = "DCGEN_TRIAL"
READY_WITHIN_S = 120.0
_LAST_LINES = 8


@dataclass(slots=True)
class Processes:
    """The processes of a trial: `engine.trial.trial.Hands`.

    Attributes:
        plan: What runs.
        told: Takes in what they say.
        counts: Service to how many of its replicas work from the start; the others wait.
        groups: Service to the one that it serves for.
    """

    plan: Plan
    told: Told
    counts: Mapping[str, int]
    groups: Mapping[str, str]
    _run: Run
    _supervisor: Supervisor
    _pids: dict[str, int] = field(default_factory=dict)
    _ready: threading.Event = field(default_factory=threading.Event)
    _lost: str = ""
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start all of them, and return when they are ready.

        Raises:
            HostError: One ends, or they are not ready in time.
        """
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        if not self._ready.wait(READY_WITHIN_S):
            self._lost = f"the application is not ready after {READY_WITHIN_S:.0f} s"
        self.require_running()

    def stop(self) -> None:
        """End all of them."""
        for service in dict.fromkeys(one.service for one in self.plan.processes):
            self.pause(service, on=False)
        self._supervisor.stop("measured")
        if self._thread:
            self._thread.join()

    def address(self, service: str) -> Address:
        """Return where *service* answers.

        Raises:
            HostError: It answers nowhere.
        """
        for one in self.plan.processes:
            if one.service == service and one.answers:
                return one.answers
        raise HostError(f"service '{service}' has no port", fix="name one that has")

    def work(self, service: str, count: int) -> None:
        """See `engine.trial.trial.Hands`."""
        names = [one.name for one in self.plan.processes if one.service == service]
        for number, name in enumerate(names):
            self._signal(name, signal.SIGCONT if number < count else signal.SIGSTOP)

    def pause(self, service: str, *, on: bool) -> None:
        """See `engine.trial.trial.Hands`."""
        for one in self.plan.processes:
            if one.service == service:
                self._signal(one.name, signal.SIGSTOP if on else signal.SIGCONT)

    def computed(self) -> Mapping[str, Computed]:
        """See `engine.trial.trial.Hands`."""
        services = {
            self._pids[one.name]: self.groups.get(one.service, one.service)
            for one in self.plan.processes
            if one.name in self._pids
        }
        found: dict[str, Computed] = {}
        for pid in psutil.pids():
            with suppress(OSError, psutil.Error):
                service = services.get(os.getsid(pid))
                if service is not None:
                    found[service] = found.get(service, Computed()) + computed(pid)
        return found

    def require_running(self) -> None:
        """See `engine.trial.trial.Hands`."""
        if self._lost:
            fix = "run it and see: dcgen up --engine process"
            raise HostError(self._lost, fix=fix, reasons=tuple(self._last))

    def _signal(self, name: str, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if pid := self._pids.get(name):
                os.killpg(pid, number)

    def _follow(self) -> None:
        try:
            with closing(self._supervisor.run()) as events:
                for event in events:
                    self._run.record(event)
                    self._take(event)
        except HostError as error:
            self._lost = error.what
        self._lost = self._lost or "the application has ended"
        self._ready.set()

    def _take(self, event: Event) -> None:
        match event:
            case Line(name, text):
                self._last.append(f"{name} | {text}")
                self.told.add_now(name.rpartition("-")[0], name, text)
            case Started(name, pid):
                self._pids[name] = pid
                service, _, number = name.rpartition("-")
                if int(number) > self.counts.get(service, int(number)):
                    self._signal(name, signal.SIGSTOP)  # before it asks anybody
            case Exited(name, code):
                self._pids.pop(name, None)
                if code:
                    self._lost = f"'{name}' exited with code {code}"
                    self._ready.set()
            case Failed(name, why):
                self._lost = f"'{name}' cannot start: {why}"
                self._ready.set()
            case AllReady():
                self._ready.set()
            case _:
                pass


@contextmanager
def running(
    variant: Variant, counts: Mapping[str, int], everywhere: str | None = None
) -> Iterator[Processes]:
    """Hold *variant* as it runs, as processes that end with this block.

    Args:
        variant: What to run.
        counts: Service to how many of its replicas work from the start.
        everywhere: A regular expression for the lines to count, instead of ``dcgen.count``.

    Raises:
        UserError: A service cannot run as a process.
        HostError: Something that it needs is missing, or it does not start.
    """
    sweep()
    runs.forget_trials()
    counted = count(variant, everywhere)
    with ExitStack() as after, begin(variant.file) as run:
        after.callback(runs.forget, variant.file)
        (run.folder / runs.TRIAL).touch()
        planned = plan(variant, run.scratch, free_ports=True)
        mark = {MARK: str(os.getpid())}
        marked = (replace(one, env={**one.env, **mark}) for one in planned.processes)
        planned = replace(planned, processes=tuple(marked))
        run.begin(planned)
        unbalanced = {n: c for n, c in counts.items() if not variant.services[n].identity.role}
        groups = {one.name: one.identity.service or one.name for one in variant}
        told = Told(counted)
        found = Processes(planned, told, unbalanced, groups, run, Supervisor(planned))
        try:
            found.start()
            yield found
        finally:
            found.stop()


def sweep() -> int:
    """End what trials of this user left behind that were killed; return how many processes."""
    swept = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, ValueError, OSError):
            owner = process.environ().get(MARK)
            if owner and int(owner) != os.getpid() and not psutil.pid_exists(int(owner)):
                process.kill()
                swept += 1
    return swept
