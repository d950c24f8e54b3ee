"""DockerCoins with an ambassador before its Redis, and what can happen to it.

    workers --> ambassador (haproxy, by dcgen up) --> one of two wires --> Redis

Real processes all; only the wires are the test's own, to lose what a network loses.
"""

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from tests.dockercoins.running import RedisServer, Running, Start, answers, wait_until
from tests.dockercoins.wire import Loss, Wire

DCGEN = Path(sys.executable).with_name("dcgen")
SOURCE = """
services:
  redis:
    image: redis
    restart: always
    ports: ["6379"]
"""
UNITS = re.compile(r"(\d+) units of work done, updating")
KEPT = """
local kept = 0
for _, told in ipairs(redis.call('KEYS', 'dockercoins:told:*')) do
  kept = kept + redis.call('GET', told):match(' (%d+)')
end
return {tonumber(redis.call('GET', 'hashes') or 0), kept}
"""
KILLED_WHEN_FULL = 0.3
LONG_S = 90  # a deadline, not an expectation


class Ambassador:
    """An ambassador as ``dcgen up --engine process`` runs it, leading to *port* at first."""

    def __init__(self, folder: Path, port: int, cleanup: ExitStack) -> None:
        folder.mkdir()
        (folder / "compose.yml").write_text(SOURCE)
        self._folder = folder
        self.dcgen("ambassador", f"redis=127.0.0.1:{port}", "--quiet")
        log = cleanup.enter_context((folder / "log").open("wb"))
        command = [str(DCGEN), "up", "--engine", "process", "--free-ports"]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        cleanup.enter_context(process)
        cleanup.callback(process.send_signal, signal.SIGINT)
        wait_until(self._runs, "the ambassador runs", LONG_S)
        self.port = int(self._now()["ports"].partition("->")[0].rpartition(":")[2])

    @property
    def pid(self) -> int:
        """Return its process, which is a new one after each kill."""
        wait_until(self._runs, "the ambassador runs", LONG_S)
        return int(self._now()["pid"])

    def dcgen(self, *words: str) -> str:
        """Return what dcgen prints."""
        command = [str(DCGEN), *words]
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, timeout=LONG_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _now(self) -> dict[str, Any]:
        return dict(json.loads(self.dcgen("ps", "--engine", "process", "--json"))[0])

    def _runs(self) -> bool:
        with suppress(AssertionError, IndexError):  # nothing runs yet
            now = self._now()
            return now["state"] == "running" and answers(
                int(now["ports"].partition("->")[0].rpartition(":")[2])
            )
        return False


@dataclass
class Stage:
    """All that runs, and the dice."""

    dice: random.Random
    redis: RedisServer
    wires: list[Wire]
    ambassador: Ambassador
    rng: Running
    hasher: Running
    workers: list[Running]
    start: Start

    def pids(self) -> dict[str, int]:
        """Return the processes that may be paused."""
        named = {"rng": self.rng, "hasher": self.hasher}
        named |= {f"worker {n}": worker for n, worker in enumerate(self.workers)}
        found = {name: running.process.pid for name, running in named.items()}
        return found | {"redis": self.redis.process.pid, "ambassador": self.ambassador.pid}

    def hold(self, longest_s: float) -> None:
        """Let some time pass."""
        time.sleep(self.dice.uniform(0, longest_s))

    def units(self) -> list[int]:
        """Return what each worker says that Redis confirmed."""
        return [sum(map(int, UNITS.findall(worker.log()))) for worker in self.workers]

    def kept(self) -> tuple[int, int]:
        """Return the counter, and the sum of what Redis keeps for each worker, at one moment.

        A worker that counted once may not be in the list of who is at work: that is a command of
        its own, which a crash can take from the end of the file.
        """
        counter, kept = self.redis.client.eval(KEPT, 0)
        return int(counter), int(kept)

    def aof(self) -> Path:
        """Return the file that Redis appends to."""
        return next((self.redis.folder / "appendonlydir").glob("*.incr.aof"))


def redis_killed(stage: Stage) -> None:
    """Kill Redis, and start it again."""
    stage.redis.kill()
    stage.hold(1.5)
    stage.redis.start()


def redis_restarted(stage: Stage) -> None:
    """Stop Redis as an administrator does, and start it again."""
    stage.redis.process.terminate()
    stage.redis.process.wait()
    stage.hold(1.5)
    stage.redis.start()


def power_lost(stage: Stage) -> None:
    """Kill Redis, and take from its file the end that may not have been on disk."""
    stage.redis.kill()
    size = stage.aof().stat().st_size
    with stage.aof().open("rb+") as file:
        file.truncate(max(size - stage.dice.randrange(4000), 0))
    stage.redis.start()


def disk_full(stage: Stage) -> None:
    """Fill the disk that Redis writes to; it answers MISCONF then. It may be killed there, too."""
    with _full(stage):
        wait_until(lambda: _misconf(stage.redis), "Redis cannot write", LONG_S)
        stage.hold(1.5)
        killed = stage.dice.random() < KILLED_WHEN_FULL
        if killed:
            stage.redis.kill()
    if killed:
        stage.redis.start()
    wait_until(lambda: not _misconf(stage.redis), "Redis can write", LONG_S)


def flush_lost(stage: Stage) -> None:
    """Lose flushes, in the ways in which a network can."""
    for _ in range(stage.dice.randint(1, 3)):
        stage.dice.choice(stage.wires).lose(stage.dice.choice(list(Loss)))
    stage.hold(2)


def connections_cut(stage: Stage) -> None:
    """Close every connection to Redis, a few times."""
    for _ in range(stage.dice.randint(1, 5)):
        for wire in stage.wires:
            wire.cut()
        stage.hold(0.3)


def paused(stage: Stage) -> None:
    """Pause one process."""
    pids = stage.pids()
    with _resumed(pids[stage.dice.choice(sorted(pids))]) as pause:
        pause()
        stage.hold(2.5)


def ambassador_killed(stage: Stage) -> None:
    """Kill the ambassador; dcgen starts it again."""
    pid = stage.ambassador.pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stage.ambassador.pid != pid, "another ambassador runs", LONG_S)


def retargeted(stage: Stage) -> None:
    """Lead the ambassador to Redis by the other wire."""
    stage.wires.reverse()
    upstream = f"redis=127.0.0.1:{stage.wires[0].port}"
    stage.ambassador.dcgen("lb", "retarget", upstream, "--engine", "process", "--force")


def rng_killed(stage: Stage) -> None:
    """Kill rng, and start it again."""
    stage.rng.stop(signal.SIGKILL)
    stage.hold(1.5)
    stage.rng = stage.start("rng", PORT=stage.rng.url.rpartition(":")[2])


Fault = Callable[[Stage], None]
FAULTS: list[Fault] = [
    redis_killed,
    redis_restarted,
    power_lost,
    disk_full,
    flush_lost,
    flush_lost,
    connections_cut,
    paused,
    paused,
    ambassador_killed,
    retargeted,
    rng_killed,
]


@contextmanager
def _full(stage: Stage) -> Iterator[None]:
    # A real disk where there is one of our own to fill, else a limit on the size of a file.
    if not stage.redis.folder.is_mount():
        with _limited(stage):
            yield
        return
    filler = stage.redis.folder / "filler"
    try:
        with suppress(OSError), filler.open("wb", buffering=0) as file:  # no space left on device
            while file.write(bytes(1 << 16)):
                pass
        yield
    finally:
        filler.unlink()


@contextmanager
def _limited(stage: Stage) -> Iterator[None]:
    pid, size = stage.redis.process.pid, stage.aof().stat().st_size
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + stage.dice.randrange(500), hard))
        yield
    finally:
        with suppress(ProcessLookupError):  # killed meanwhile
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def _resumed(pid: int) -> Iterator[Callable[[], None]]:
    # Whatever fails: a process that stays paused could not even be ended.
    try:
        yield lambda: os.kill(pid, signal.SIGSTOP)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _misconf(server: RedisServer) -> bool:
    try:
        server.client.set("chaos", 1)
    except redis.ResponseError as error:
        return "MISCONF" in str(error)
    return False
