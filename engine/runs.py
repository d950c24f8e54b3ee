"""The runs of this user on this host: one per Compose file, known to ``ps``, ``logs`` and ``stop``.

A run has a private folder, named after the path of its file, with what it is (``run.json``), what
its processes said (``log``), and a lock that it holds as long as it lives. The lock, not a
process id, says whether a run is alive: the system lets go of it however a run ends.
`engine.process.record` writes what is read here.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from composefile import text_file
from engine.events import Line
from engine.snapshot import MOST_BYTES, Snapshot, parse
from faults import HostError

SEPARATOR = " | "
SCRATCH = "s"
TRIAL = "trial"  # a file in the folder of a run that nobody will ask for when it is over
STOP_WITHIN_S = 5.0
# A signal that nobody else sends: a run ended by `dcgen stop` ended well.
STOP_SIGNAL = signal.SIGUSR1
_LOOK_EVERY_S = 0.05


def find(file: Path) -> Snapshot | None:
    """Return the run of *file* on this host; None if it does not run.

    Raises:
        HostError: Its record is spoilt, or the folder is not this user's alone.
    """
    folder = folder_of(file)
    try:
        with lock_of(folder) as lock:
            return None if locked(lock) else read(folder)
    except FileNotFoundError:
        return None


def stop(file: Path) -> int:
    """End the run of *file*, and return how many processes it had: none if it did not run.

    Raises:
        HostError: It does not end, or its record is spoilt.
    """
    running = find(file)
    if not running:
        return 0
    os.kill(running.pid, STOP_SIGNAL)
    deadline_s = time.monotonic() + STOP_WITHIN_S
    while find(file):
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
    path = log_of(file)
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
            alive = find(file) is not None  # asked first: its last words are still read
            yield from (line for line in _lines(stream) if _is_of(line, services))
            if _was_moved(path, stream):
                yield from (line for line in _lines(stream) if _is_of(line, services))
                stream = _open(path, streams)
            elif alive:
                time.sleep(_LOOK_EVERY_S)


def new_lines(file: Path, over: threading.Event) -> Iterator[Line]:
    """Yield the lines that this run of *file*, or a later one, writes from now on, until *over*."""
    path = log_of(file)
    stream = _opened(path)
    if stream:
        stream.seek(0, os.SEEK_END)
    try:
        while not over.wait(_LOOK_EVERY_S):
            if stream is None:
                stream = _opened(path)
                continue
            yield from _lines(stream)
            if _was_moved(path, stream):
                yield from _lines(stream)
                stream.close()
                stream = None
    finally:
        if stream:
            stream.close()


def log_of(file: Path) -> Path:
    """Return where the log of the last run of *file* is, or was."""
    return folder_of(file) / "log"


def sockets(running: Snapshot | None) -> list[tuple[str, Path]]:
    """Return the service and the runtime socket of each process of *running*, if anything runs.

    Only what runs a HAProxy has one: the path of any other is that of no file.
    """
    if not running:
        return []
    folder = folder_of(Path(running.file)) / SCRATCH
    return [(one.service, folder / f"{one.name}.sock") for one in running.entries if one.pid]


def forget(file: Path) -> None:
    """Delete what is left of the last run of *file*."""
    shutil.rmtree(folder_of(file), ignore_errors=True)


def forget_trials() -> int:
    """Delete what trials have left that were killed; return how many they were."""
    left = 0
    for mark in _home().glob(f"*/{TRIAL}"):
        with suppress(FileNotFoundError), lock_of(mark.parent) as lock:
            if locked(lock, fcntl.LOCK_EX):
                shutil.rmtree(mark.parent, ignore_errors=True)
                left += 1
    return left


def folder_of(file: Path) -> Path:
    """Return the folder of the runs of *file*; it need not exist.

    Raises:
        HostError: The folder above it belongs to somebody else, or others can enter it.
    """
    key = hashlib.sha256(os.fsencode(os.path.realpath(file))).hexdigest()[:12]
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


@contextmanager
def lock_of(folder: Path, flags: int = 0) -> Iterator[int]:
    """Open the lock of the run in *folder*, and close it at the end.

    Raises:
        FileNotFoundError: There is none, and *flags* has no ``O_CREAT``.
        HostError: It is not a file.
    """
    path = folder / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise HostError(f"'{path}' is not a file", fix="delete it")
        yield descriptor
    finally:
        os.close(descriptor)


def locked(descriptor: int, operation: int = fcntl.LOCK_SH) -> bool:
    """Lock an open file, shared or by *operation*, until it is closed; tell whether that worked."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read(folder: Path) -> Snapshot | None:
    """Return what the run in *folder* wrote down last; None if that is nothing yet.

    Raises:
        HostError: It is not what a run writes.
    """
    path = folder / "run.json"
    if not path.exists():
        return None  # it has the lock, and is still planning
    try:
        return parse(text_file.read(path, MOST_BYTES))
    except (text_file.UnreadableError, ValueError) as error:
        if not path.exists():  # it has ended meanwhile
            return None
        raise HostError(
            f"the record of a run is spoilt: '{path}'",
            fix="end that run where it was started, or kill it, and start it again",
        ) from error


def _open(path: Path, streams: ExitStack) -> TextIO:
    return streams.enter_context(path.open(encoding="utf-8", errors="replace"))


def _opened(path: Path) -> TextIO | None:
    try:
        return path.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _lines(stream: TextIO) -> Iterator[Line]:
    for text in stream:
        name, _, rest = text.rstrip("\n").partition(SEPARATOR)
        yield Line(name, rest)


def _is_of(line: Line, services: frozenset[str]) -> bool:
    return not services or line.name in services or line.name.rpartition("-")[0] in services


def _was_moved(path: Path, stream: TextIO) -> bool:
    # The log begins anew when it has grown long enough, and when the run is started again.
    return path.is_file() and path.stat().st_ino != os.fstat(stream.fileno()).st_ino
