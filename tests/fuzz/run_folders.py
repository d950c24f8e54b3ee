"""The folder of a run, as a killed run or anything else may leave it, and who answers in it.

A folder is drawn as a value; `lay` makes it, holds its lock as a run that lives does, and answers
at its sockets, until the command has ended.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.poison import ANYTHING
from tests.fuzz.projects import Entry, put

SOUND = {"name": "lb", "service": "lb", "pid": 7, "state": "running", "restarts": 0, "ports": ""}
# Never a process that is not ours: `dcgen stop` sends it a signal. See `_pid`.
OURS = "a process of ours"
GONE = 2**22 + 5
ENTRIES = (
    *([], [SOUND], [SOUND, {**SOUND, "name": "web-1", "service": "web"}], None, 7, "x", {}, [None]),
    *([[]], [{}], [{"name": "x"}], [{**SOUND, "extra": 1}], [SOUND] * 20_000),
    *([{**SOUND, key: value}] for key in SOUND for value in (None, 7, "\x1b[31m", [], {}, "../x")),
)
RECORDS = tuple({"pid": OURS, "file": "compose.yml", "entries": entries} for entries in ENTRIES)
RAW: tuple[Entry, ...] = (
    *(b"", b"\0", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"9" * 5000),
    *(b'{"pid": NaN}', b"x" * 3_000_000, "fifo", "folder", "loop", "endless"),
)
LOGS: tuple[Entry, ...] = (
    *(
        b"",
        b"web-1 | hello\n",
        b"\xff\xfe\0",
        b"no bar\n",
        b" | \n",
        b"web-1 | \x1b[31mred\r\x07\n",
    ),
    *(b"web-1 | no end", b"x" * 3_000_000, b"a | b\n" * 50_000, "fifo", "folder", "loop"),
)
LOCKS = ("held", "held", "held", "free", "fifo", "folder", "loop")
STAT = (
    b"# pxname,svname,qcur,scur\nweb-80,web1,0,0\n\n1\n# be_id be_name srv_id srv_name\n3 x 1 y\n\n"
)
ANSWERS: tuple[bytes | None, ...] = (
    *(
        None,
        b"",
        b"\n",
        b"\0" * 100,
        b"\xff\n\n\xfe\n\n",
        STAT,
        STAT * 2,
        b"1\n\n2\n\n",
        b"x" * 10**6,
    ),
    *(b"# pxname,svname\n\n1\n# be_id\n1 2 3\n\n", b"Pid: x\n", b"Permission denied\n\n"),
)


@dataclass(frozen=True)
class RunFolder:
    """Record, log, lock and socket of a run; *answer* None is a socket where nobody listens."""

    record: Entry
    log: Entry
    lock: str
    answer: bytes | None

    def __str__(self) -> str:
        return f"run folder {self.record[:99]!r} {self.log[:20]!r} {self.lock} {self.answer!r:.60}"


def draw(random: Random) -> RunFolder:
    """Draw a folder: its record mostly has the right shape, and a wrong value."""
    record = dict(random.choice(RECORDS))
    if random.random() < 0.3:
        record["pid"] = random.choice((GONE, None, "x", 1.5, [], {}, True))
    if random.random() < 0.2:
        record[random.choice(tuple(record))] = random.choice((*ANYTHING[3:4], "x", None, [], {}))
    raw = random.random() < 0.3
    return RunFolder(
        random.choice(RAW) if raw else json.dumps(record).encode(),
        random.choice(LOGS),
        random.choice(LOCKS),
        random.choice(ANSWERS),
    )


@contextmanager
def laid(found: RunFolder, runs: Path, *files: Path) -> Iterator[None]:
    """Lay *found* out as the folder of each of *files*, and hold it meanwhile."""
    with ExitStack() as held:
        process = held.enter_context(_process())
        for file in files:
            folder = folder_of(runs, file)
            folder.mkdir(mode=0o700, parents=True)
            _lay(found, folder, process, held)
        yield


def folder_of(runs: Path, file: Path) -> Path:
    """Return the folder of the run of *file*, where XDG_RUNTIME_DIR is *runs*."""
    (runs / "dcgen").mkdir(mode=0o700, exist_ok=True)
    return runs / "dcgen" / hashlib.sha256(os.fsencode(os.path.realpath(file))).hexdigest()[:12]


def _lay(found: RunFolder, folder: Path, process: int, held: ExitStack) -> None:
    record = found.record
    if isinstance(record, bytes):
        record = record.replace(json.dumps(OURS).encode(), str(process).encode())
    put(folder / "run.json", record)
    put(folder / "log", found.log)
    put(folder / "lock", b"" if found.lock in {"held", "free"} else found.lock)
    if found.lock == "held":
        lock = held.enter_context((folder / "lock").open("r+"))
        fcntl.flock(lock, fcntl.LOCK_EX)
    if found.answer is not None:
        (folder / "s").mkdir(mode=0o700)
        held.enter_context(_answering(folder / "s" / "lb.sock", found.answer))


@contextmanager
def _process() -> Iterator[int]:
    # Ends by the signal of `dcgen stop`.
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"]) as process:
        try:
            yield process.pid
        finally:
            process.kill()


@contextmanager
def _answering(path: Path, answer: bytes) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(path.parent, os.O_PATH)  # a path of a socket has 107 bytes at most
        server.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)
        server.listen()
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(9999)
                connection.sendall(answer)
