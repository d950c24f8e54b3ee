"""What a run of the embedded engine shows: its processes, what they use, and their log lines."""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from composefile.labels import Identity
from engine import runs
from engine.live.running import as_processes
from engine.snapshot import Entry
from engine.top.balanced import counted
from engine.top.names import shown
from engine.top.samples import Member, Seen
from engine.top.speed import Speeds
from engine.variant import Variant


@dataclass(frozen=True, slots=True)
class _Usage:
    at_s: float
    cpu_s: float
    memory_bytes: int


class Processes:
    """The run of *variant* on this host, as something to look at again and again."""

    host = ""

    def __init__(self, variant: Variant, speeds: Speeds) -> None:
        self._variant = variant
        self._speeds = speeds
        self._used: dict[int, _Usage] = {}
        self._over = threading.Event()
        if speeds.patterns:
            threading.Thread(target=self._listen, daemon=True).start()

    def look(self) -> Seen:
        """Return what runs now; nothing if the variant does not run."""
        running = runs.find(self._variant.file)
        entries = running.entries if running else ()
        proxied = any(service.identity.role for service in self._variant)
        sockets = runs.sockets(running) if proxied else []
        lives = as_processes(self._variant, sockets) if sockets else ()
        found = counted(lives, lambda row: row.server)
        now_s = time.monotonic()
        used = dict(_usages([entry.pid for entry in entries if entry.pid], now_s))
        members = [self._member(entry, used.get(entry.pid), now_s) for entry in entries]
        self._used = used
        return Seen(
            host=self.host,
            at_s=now_s,
            members=(
                *(replace(one, traffic=found.traffic.get(one.name)) for one in members),
                *found.upstreams,
            ),
            queues=tuple(found.queues.items()),
            problems=tuple(found.problems),
        )

    def close(self) -> None:
        """Look no more."""
        self._over.set()

    def _member(self, entry: Entry, usage: _Usage | None, now_s: float) -> Member:
        service = self._variant.services.get(entry.service)
        before = self._used.get(entry.pid)
        identity = service.identity if service else Identity()
        role, group = identity.role, identity.service or entry.service
        return Member(
            host=self.host,
            service=group,
            name=shown(self._variant, entry.service, entry.name, role, group),
            role=role,
            state=entry.state,
            restarts=entry.restarts,
            cpu_percent=_percent(before, usage) if before and usage else None,
            memory_bytes=usage.memory_bytes if usage else None,
            units_per_s=self._speeds.per_s(entry.name, now_s) if entry.pid else None,
        )

    def _listen(self) -> None:
        # What was written before is of an unknown time.
        for line in runs.new_lines(self._variant.file, self._over):
            now_s = time.monotonic()
            self._speeds.add(line.name.rpartition("-")[0], line.name, line.text, now_s, now_s)


def _percent(before: _Usage, after: _Usage) -> float | None:
    passed_s = after.at_s - before.at_s
    return max(0.0, 100 * (after.cpu_s - before.cpu_s) / passed_s) if passed_s > 0 else None


def _usages(pids: Iterable[int], now_s: float) -> Iterator[tuple[int, _Usage]]:
    # Each process of a run leads a session, and those that it starts are in it.
    import psutil  # noqa: PLC0415 - containers do not need it

    sessions: dict[int, list[psutil.Process]] = {pid: [] for pid in pids}
    for pid in psutil.pids() if sessions else ():
        with suppress(OSError, psutil.Error):
            if (session := os.getsid(pid)) in sessions:
                sessions[session].append(psutil.Process(pid))
    for session, processes in sessions.items():
        cpu_s, memory_bytes = 0.0, 0
        for process in processes:
            with suppress(psutil.Error), process.oneshot():
                times = process.cpu_times()
                cpu_s += times.user + times.system
                memory_bytes += process.memory_info().rss
        yield session, _Usage(now_s, cpu_s, memory_bytes)
