"""Write down what a run is and says, for ``ps``, ``logs`` and ``stop``: see `engine.runs`."""

import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine import runs
from engine.events import Event, Exited, Failed, Line, Ready, Restarting, Silent, Started
from engine.process.process import Plan
from engine.snapshot import Entry, Snapshot, to_text
from faults import HostError

LOG_BYTES = 8 * 1024 * 1024
_TRIES, _TRY_EVERY_S = 5, 0.02


@dataclass(slots=True)
class Run:
    """A run that we hold the lock of.

    Attributes:
        folder: Private to this user; *scratch* below it ends with the run.
        file: The Compose file.
    """

    folder: Path
    file: Path
    _entries: dict[str, Entry] = field(default_factory=dict)
    _is_told: bool = False
    _log: logging.Logger = field(default_factory=lambda: logging.Logger("run"))

    @property
    def scratch(self) -> Path:
        """Where configurations, sockets and data are, as long as it runs."""
        return self.folder / runs.SCRATCH

    def begin(self, plan: Plan) -> None:
        """Write down *plan*, and the files that it needs.

        Raises:
            HostError: The disk takes nothing.
        """
        try:
            self._begin(plan)
        except OSError as error:  # that of a write names no file
            what = f"cannot write into '{self.folder}': {error.strerror}"
            fix = "free space on that disk, or set XDG_RUNTIME_DIR to a folder elsewhere"
            raise HostError(what, fix=fix) from error

    def _begin(self, plan: Plan) -> None:
        for process in plan.processes:
            process.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            ports = ", ".join(f"{a}->{port}" for port, a in process.published.items())
            self._entries[process.name] = Entry(process.name, process.service, ports=ports)
        for path, text in plan.files.items():
            path.write_text(text, encoding="utf-8")
        self._write()

    def record(self, event: Event) -> str:
        """Write *event* down: a line into the log, anything else into the list of processes.

        Returns what a person should know, once: that the disk takes nothing. The run goes on.
        """
        try:
            self._record(event)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                return f"the log of this run is not whole: {error.strerror}: '{self.folder}'"
        return ""

    def _record(self, event: Event) -> None:
        if isinstance(event, Line):
            self._log.info("%s%s%s", event.name, runs.SEPARATOR, event.text)
            return
        if isinstance(event, Started | Ready | Silent | Exited | Restarting | Failed):
            entry = self._entries[event.name]
            self._entries[event.name] = _changed(entry, event)
            self._write()

    def _write(self) -> None:
        snapshot = Snapshot(os.getpid(), str(self.file), tuple(self._entries.values()))
        draft = self.folder / "run.json.new"
        draft.write_text(to_text(snapshot), encoding="utf-8")
        draft.replace(self.folder / "run.json")


def _changed(entry: Entry, event: Started | Ready | Silent | Exited | Restarting | Failed) -> Entry:
    match event:
        case Started():
            return replace(entry, pid=event.pid, state="starting")
        case Ready():
            return replace(entry, state="running")
        case Silent():
            return replace(entry, state="running (does not answer)")
        case Restarting():
            return replace(entry, state="restarting", restarts=event.nth)
        case Exited():
            return replace(entry, pid=0, state=f"exited ({event.code})")
        case Failed():
            return replace(entry, state="failed")


class _Log(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's
        # Called while the error is handled: logging would print its traceback.
        raise  # noqa: PLE0704 - it is called by an `except`


@contextmanager
def begin(file: Path) -> Iterator[Run]:
    """Hold the run of *file*, alone.

    Raises:
        HostError: It runs already, or its folder cannot be trusted.
    """
    folder = runs.folder_of(file)
    folder.mkdir(mode=0o700, exist_ok=True)
    with runs.lock_of(folder, os.O_CREAT) as lock:
        if not _locked_for_us(lock):
            running = runs.read(folder)
            pid = f" (process {running.pid})" if running else ""
            raise HostError(
                f"'{file}' runs already{pid}", fix=f"dcgen stop -f {file}, or watch it: dcgen logs"
            )
        run = Run(folder, Path(os.path.realpath(file)))
        shutil.rmtree(run.scratch, ignore_errors=True)  # of a run that was killed
        for old in folder.glob("log*"):
            old.unlink()
        run.scratch.mkdir(mode=0o700)
        handler = _Log(folder / "log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        run._log.addHandler(handler)
        try:
            yield run
        finally:
            with suppress(OSError):  # a full disk, which was told
                handler.close()
            shutil.rmtree(run.scratch, ignore_errors=True)
            (folder / "run.json").unlink(missing_ok=True)


def _locked_for_us(descriptor: int) -> bool:
    # Somebody who asks whether we run holds the lock for a moment, too.
    for _ in range(_TRIES):
        if runs.locked(descriptor, fcntl.LOCK_EX):
            return True
        time.sleep(_TRY_EVERY_S)
    return False
