"""The runs of this user on this host: one per Compose file, known to ``ps``, ``logs`` and ``stop``.

A run has a private folder, named after the path of its file, with what it is (``run.json``), what
its processes said (``log``), and a lock that it holds as long as it lives. The lock, not a
process id, says whether a run is alive: the system lets go of it however a run ends.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.events import Event, Exited, Failed, Line, Ready, Restarting, Silent, Started
from engine.process.process import Plan
from faults import HostError

LOG_BYTES = 8 * 1024 * 1024
SEPARATOR = " | "
_TRIES, _TRY_EVERY_S = 5, 0.02


@dataclass(frozen=True, slots=True)
class Entry:
    """One process of a run, as ``ps`` shows it: *ports* is ``127.0.0.1:8001->80``."""

    name: str
    service: str
    pid: int = 0
    state: str = "waiting"
    restarts: int = 0
    ports: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run wrote down last: the process that supervises it, and its *entries*."""

    pid: int
    file: str
    entries: tuple[Entry, ...] = ()


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
    _log: logging.Logger = field(default_factory=lambda: logging.Logger("run"))

    @property
    def scratch(self) -> Path:
        """Where configurations, sockets and data are, as long as it runs."""
        return self.folder / "s"

    def begin(self, plan: Plan) -> None:
        """Write down *plan*, and the files that it needs."""
        for process in plan.processes:
            process.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            ports = ", ".join(f"{a}->{port}" for port, a in process.published.items())
            self._entries[process.name] = Entry(process.name, process.service, ports=ports)
        for path, text in plan.files.items():
            path.write_text(text, encoding="utf-8")
        self._write()

    def record(self, event: Event) -> None:
        """Write *event* down: a line into the log, anything else into the list of processes."""
        if isinstance(event, Line):
            self._log.info("%s%s%s", event.name, SEPARATOR, event.text)
            return
        if isinstance(event, Started | Ready | Silent | Exited | Restarting | Failed):
            entry = self._entries[event.name]
            self._entries[event.name] = _changed(entry, event)
            self._write()

    def _write(self) -> None:
        snapshot = Snapshot(os.getpid(), str(self.file), tuple(self._entries.values()))
        draft = self.folder / "run.json.new"
        draft.write_text(json.dumps(asdict(snapshot)), encoding="utf-8")
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


@contextmanager
def begin(file: Path) -> Iterator[Run]:
    """Hold the run of *file*, alone.

    Raises:
        HostError: It runs already, or its folder cannot be trusted.
    """
    folder = folder_of(file)
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        if not _locked_for_us(lock.fileno()):
            running = _read(folder)
            pid = f" (process {running.pid})" if running else ""
            raise HostError(
                f"'{file}' runs already{pid}", fix=f"dcgen stop -f {file}, or watch it: dcgen logs"
            )
        run = Run(folder, file.resolve())
        shutil.rmtree(run.scratch, ignore_errors=True)  # of a run that was killed
        for old in folder.glob("log*"):
            old.unlink()
        run.scratch.mkdir(mode=0o700)
        handler = RotatingFileHandler(
            folder / "log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
        )
        run._log.addHandler(handler)
        try:
            yield run
        finally:
            handler.close()
            shutil.rmtree(run.scratch, ignore_errors=True)
            (folder / "run.json").unlink(missing_ok=True)


def find(file: Path) -> Snapshot | None:
    """Return the run of *file* on this host; None if it does not run."""
    folder = folder_of(file)
    try:
        with (folder / "lock").open("r+", encoding="utf-8") as lock:
            return None if _locked(lock.fileno()) else _read(folder)
    except FileNotFoundError:
        return None


def log_of(file: Path) -> Path:
    """Return where the log of the last run of *file* is, or was."""
    return folder_of(file) / "log"


def forget(file: Path) -> None:
    """Delete what is left of the last run of *file*."""
    shutil.rmtree(folder_of(file), ignore_errors=True)


def folder_of(file: Path) -> Path:
    """Return the folder of the runs of *file*; it need not exist.

    Raises:
        HostError: The folder above it belongs to somebody else, or others can enter it.
    """
    key = hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:12]
    return _home() / key


def _home() -> Path:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or os.devnull)
    # sudo may leave us the variable of somebody else.
    name = "dcgen" if _is_ours(runtime) else f"dcgen-{os.getuid()}"
    home = (runtime if _is_ours(runtime) else Path(tempfile.gettempdir())) / name
    with suppress(FileExistsError):
        home.mkdir(mode=0o700)
    if not _is_ours(home) or home.lstat().st_mode & 0o077:
        what = f"'{home}' must be a folder that only you can enter"
        raise HostError(what, fix="delete it, or set XDG_RUNTIME_DIR to a folder of yours")
    return home


def _is_ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _locked(descriptor: int, operation: int = fcntl.LOCK_SH) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked_for_us(descriptor: int) -> bool:
    # Somebody who asks whether we run holds the lock for a moment, too.
    for _ in range(_TRIES):
        if _locked(descriptor, fcntl.LOCK_EX):
            return True
        time.sleep(_TRY_EVERY_S)
    return False


def _read(folder: Path) -> Snapshot | None:
    try:
        values = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None  # it has the lock, and is still planning
    entries = tuple(Entry(**entry) for entry in values["entries"])
    return Snapshot(values["pid"], values["file"], entries)
