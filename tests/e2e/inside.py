"""Clients inside a project's network: some resolve a name each time, one resolved it long ago."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.lab import bases
from tests.lab.project import Project
from tests.lab.waiting import until

# Prints a line for each answer, and one for each failure, by the kind of client.
_SCRIPT = """
import http.client, json, socket, sys, threading, time
name, port = sys.argv[1], int(sys.argv[2])
address = socket.gethostbyname(name)
counts = {kind: {"answers": 0, "failed": [], "gap_s": 0.0} for kind in ("by name", "by address")}
def ask(kind, host):
    last = time.monotonic()
    while True:
        connection = http.client.HTTPConnection(host, port, timeout=15)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == 200, answer.status
            now = time.monotonic()
            counts[kind]["gap_s"] = max(counts[kind]["gap_s"], now - last)
            counts[kind]["answers"] += 1
            counts[kind].setdefault("who", {})[text] = counts[kind]["answers"]
            last = now
        except Exception as error:
            counts[kind]["failed"].append(repr(error))
        connection.close()
        time.sleep(0.01)
for kind, host in (("by name", name), ("by name", name), ("by address", address)):
    threading.Thread(target=ask, args=(kind, host), daemon=True).start()
while True:
    print(json.dumps(counts), flush=True)
    time.sleep(0.1)
"""


@dataclass(frozen=True, slots=True)
class Clients:
    """What became of the requests of one kind of client.

    Attributes:
        answers: How many were answered with 200.
        failed: The others, as text.
        gap_s: The longest time without an answer.
        who: Each text that was answered, and the number of its last answer.
    """

    answers: int
    failed: list[str]
    gap_s: float
    who: dict[str, int] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return ``0 of 2000 failed``, with the first failures if there are any."""
        total = self.answers + len(self.failed)
        return " ".join([f"{len(self.failed)} of {total} failed", *self.failed[:3]])


@dataclass(frozen=True, slots=True)
class Inside:
    """A container with clients."""

    project: Project
    id: str

    def now(self) -> dict[str, Clients]:
        """Return what became of all requests so far, by kind: ``by name``, ``by address``."""
        last = self.project.engine.docker("logs --tail 1", self.id)
        return {kind: Clients(**found) for kind, found in json.loads(last or "{}").items()}

    def more(self, requests: int) -> dict[str, Clients]:
        """Return what became of all once so many more of each kind have been answered."""
        goals = {kind: found.answers + requests for kind, found in self.now().items()}
        until(
            lambda: all(self.now()[kind].answers >= goal for kind, goal in goals.items()),
            f"{requests} more answers inside",
            40,
        )
        return self.now()


@contextmanager
def clients(project: Project, name: str, port: int) -> Iterator[Inside]:
    """Give clients of *name* and *port* in the default network of *project*."""
    words = f"run --detach --network {project.name}_default {bases.python()} python -uc"
    started = project.engine.docker(words, _SCRIPT, name, str(port)).strip()
    made = Inside(project, started)
    try:
        until(lambda: len(made.now()) > 0, "clients inside run")
        made.more(20)
        yield made
    finally:
        project.engine.docker(f"rm --force {shlex.quote(started)}")
