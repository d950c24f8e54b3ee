"""What a lab has made, written down before it is made, so that any later run can undo it.

Every lab has an id of four hexadecimal digits, and everything it makes carries that id: its
folder, its network namespaces, its link, its control groups. The record adds what the id cannot
say: who owns the lab, which subnet it took, which processes are its daemons.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

RUNS = Path("/var/lib/dcgen-lab")
LOCK = Path("/run/lock/dcgen-lab.lock")
REMOVAL = Path("/run/lock/dcgen-lab-removal.lock")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be mistaken for a later one with the same number.

    *start* is the time it began, in clock ticks since boot (proc(5), stat, field 22), and *boot*
    the id of that boot.
    """

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Process":
        """Return the process that has the number *pid* now; *start* is 0 if there is none."""
        return cls(pid, _start(pid), _boot())

    def alive(self) -> bool:
        """Return whether this very process still runs; a zombie does not."""
        return self.start > 0 and self == Process.of(self.pid)


@dataclass(frozen=True, slots=True)
class State:
    """A lab's record: *owner* None means that it stays until somebody says down.

    *engine* is the ``DOCKER_HOST`` of the user's own Engine, if the lab is to use it as "local".
    """

    id: str
    subnet: str
    owner: Process | None = None
    daemons: dict[str, Process] = field(default_factory=dict)
    engine: str = ""


def save(state: State, folder: Path) -> None:
    """Write *state* into *folder*, whole or not at all."""
    draft = folder / "lab.json.new"
    draft.write_text(json.dumps(asdict(state), indent=1))
    draft.replace(folder / "lab.json")


def load(folder: Path) -> State:
    """Return the record in *folder*; a folder without one gives an owner that is dead."""
    try:
        # A run of another version of this file may have written it: what is newer has a default.
        raw = json.loads((folder / "lab.json").read_text())
    except FileNotFoundError:
        return State(folder.name, "", owner=Process(0, 0, ""))
    owner = Process(**raw["owner"]) if raw["owner"] else None
    daemons = {name: Process(**process) for name, process in raw["daemons"].items()}
    return State(raw["id"], raw["subnet"], owner, daemons, raw.get("engine", ""))


def with_daemon(state: State, name: str, daemon: Process) -> State:
    """Return *state* with *daemon* as the one of the host *name*."""
    return replace(state, daemons=state.daemons | {name: daemon})


def new_folder() -> Path:
    """Return a new folder for a lab, named by an id that no other lab has."""
    RUNS.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        folder = RUNS / secrets.token_hex(2)
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder


def folders() -> list[Path]:
    """Return the folders of all labs on this machine, sorted by id."""
    return sorted(path for path in RUNS.glob("[0-9a-f]" * 4) if path.is_dir())


@contextmanager
def machine_lock() -> Iterator[None]:
    """Hold the machine's only lock on labs: for choosing a subnet and for reading all records."""
    with _locked(LOCK):
        yield


@contextmanager
def removal_lock() -> Iterator[None]:
    """Hold the lock on removing labs, which takes long and must not hinder a new one.

    Runs that start beside each other find the same left-overs, and a lab whose record is deleted
    already looks like one: whoever comes second waits here, and then finds nothing.
    """
    with _locked(REMOVAL):
        yield


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # The name in parentheses may hold spaces: count from the last ")".
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def owner_is_gone(state: State) -> bool:
    """Return whether the process that made the lab has ended without taking it down."""
    return state.owner is not None and not state.owner.alive()


def this_process() -> Process:
    """Return the process that asks."""
    return Process.of(os.getpid())
