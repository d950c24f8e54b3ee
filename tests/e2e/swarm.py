"""A Swarm of the lab's hosts, and a stack on it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.commands import CommandError, run
from tests.lab.engine import Engine
from tests.lab.lab import Lab
from tests.lab.waiting import until

PORT = 2377


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a service that is to run: its *node*, and its *state* as Swarm says it."""

    node: str
    state: str


@dataclass(frozen=True, slots=True)
class Swarm:
    """The Engines of a Swarm, the manager first."""

    engines: Sequence[Engine]

    @property
    def manager(self) -> Engine:
        """Return the Engine that decides."""
        return self.engines[0]

    def nodes(self) -> dict[str, str]:
        """Return the state of each node by its name: ``ready`` or ``down``."""
        said = self.manager.docker("node ls --format", "{{.Hostname}} {{.Status}}")
        return dict(line.lower().split() for line in said.splitlines())

    def deploy(self, file: Path, name: str) -> str:
        """Deploy the stack of *file* as *name* with images that are here; return what is said."""
        words = ("docker", "stack", "deploy", "--resolve-image", "never", "-c", str(file), name)
        return run(
            "sh", "-c", 'exec "$@" 2>&1', "sh", *words, env=self.manager.env, cwd=file.parent
        )

    def tasks(self, service: str) -> list[Task]:
        """Return the tasks of *service* that are to run."""
        form = "{{json .}}"
        said = self.manager.docker(
            "service ps --no-trunc --filter desired-state=running --format", form, service
        )
        found = [json.loads(line) for line in said.splitlines()]
        return [Task(one["Node"], one["CurrentState"].split()[0]) for one in found]

    def running(self, service: str) -> Counter[str]:
        """Return how many tasks of *service* run, by node."""
        return Counter(one.node for one in self.tasks(service) if one.state == "Running")

    def await_running(self, service: str, tasks: int, deadline_s: float = 60) -> Counter[str]:
        """Return where *tasks* tasks of *service* run, once that many do."""

        def found() -> Counter[str]:
            where = self.running(service)
            return where if where.total() == tasks else Counter()

        return until(found, f"{tasks} tasks of {service} run", deadline_s)


@contextmanager
def swarm(lab: Lab, names: Sequence[str]) -> Iterator[Swarm]:
    """Give a Swarm of the hosts *names*, the first its manager; all have left it at the end."""
    engines = [lab.engine(name) for name in names]
    manager = engines[0]
    with ExitStack() as cleanup:
        for engine in engines:
            cleanup.callback(_leave, engine)
        address = f"--advertise-addr {manager.address} --listen-addr {manager.address}:{PORT}"
        manager.docker(f"swarm init {address}")
        token = manager.docker("swarm join-token --quiet worker").strip()
        for engine in engines[1:]:
            words = f"swarm join --advertise-addr {engine.address} --token {token}"
            engine.docker(f"{words} {manager.address}:{PORT}")
        yield Swarm(engines)


def _leave(engine: Engine) -> None:
    # One that was never in it says so, and has nothing to leave.
    try:
        engine.docker("swarm leave --force")
    except CommandError as error:
        if "not part of a swarm" not in error.output:
            raise
    until(lambda: not engine.docker("ps --quiet").strip(), f"{engine.name} is empty", 40)
