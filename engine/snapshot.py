"""What a run writes down of itself for ``ps``, ``logs`` and ``stop``, and how that is read back.

The file is in a folder that only its user can enter; a full disk, a crash or a hand may still have
spoilt it. A process id out of it gets a signal: nothing is taken that a run did not write.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from faults import printable

# Linux has no process id above, and 0, 1 and negative ones are not those of a run.
_LAST_PID = 2**22
MOST_BYTES = 16 * 1024 * 1024


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


def to_text(snapshot: Snapshot) -> str:
    """Return *snapshot* as it is written down."""
    return json.dumps(asdict(snapshot))


def parse(text: str) -> Snapshot:
    """Return what *text*, made by `to_text`, says.

    Raises:
        ValueError: No run wrote that.
    """
    try:
        values = json.loads(text)
        pid, file, entries = values["pid"], values["file"], values["entries"]
        found = tuple(Entry(**entry) for entry in entries)
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(text) from error
    if not (_is_pid(pid) and isinstance(file, str) and all(map(_is_sound, found))):
        raise ValueError(text)
    return Snapshot(pid, file, found)


def _is_sound(entry: Entry) -> bool:
    texts: tuple[Any, ...] = (entry.name, entry.service, entry.state, entry.ports)
    return (
        all(isinstance(text, str) and text == printable(text) for text in texts)
        and "/" not in entry.name
        and (entry.pid == 0 or _is_pid(entry.pid))
        and type(entry.restarts) is int
    )


def _is_pid(value: object) -> bool:
    return type(value) is int and 1 < value <= _LAST_PID
