"""How soon DockerCoins' workers are back after one of their peers: ``make recovery``.

Each turn kills one process with -9, leaves it away for a while, and starts it again. Taken is, for
each worker, the time from the moment that the peer accepts connections until its next unit is
counted (Redis, the ambassador) or done (rng, hasher).
"""

import os
import random
import signal
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from tests.dockercoins.chaos import Ambassador
from tests.dockercoins.running import RedisServer, Running, answers, starter
from tests.dockercoins.wire import Wire

BAR_S, PATIENCE_S, LONGEST_AWAY_S = 1.0, 30.0, 4.0
COUNTED, DONE = "units of work done, updating", "work goes on again"
# rng serves one at a time: who queues for it would look slow to come back.
WORKERS, RNGS, WORKERS_OF_ONE_RNG = 10, 4, 3
DEAD = "connections that lead nowhere"  # as those of a balancer that is still trying
PEERS = ("redis", "redis behind an ambassador", DEAD, "ambassador", "rng", "hasher")


@dataclass
class Bench:
    """DockerCoins, in which *peer* can be killed and started."""

    peer: str
    folder: Path
    cleanup: ExitStack

    def __post_init__(self) -> None:
        (self.folder / "redis").mkdir()
        self.redis = RedisServer(self.folder / "redis", self.cleanup, appendonly="yes").start()
        self.start = starter(self.folder, self.cleanup)
        self.ambassador = None
        self.wire = Wire(self.redis.port, self.cleanup)
        port = self.wire.port if self.peer == DEAD else self.redis.port
        if "ambassador" in self.peer:
            self.ambassador = Ambassador(self.folder / "ambassador", port, self.cleanup)
            port = self.ambassador.port
        one_rng = self.peer == "rng"
        rngs = [self.start("rng") for _ in range(1 if one_rng else RNGS)]
        self.http = {"rng": rngs[0], "hasher": self.start("hasher")}
        urls = {"HASHER_URL": self.http["hasher"].url, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        self.workers = [
            self.start("worker", RNG_URL=rngs[number % len(rngs)].url, **urls)
            for number in range(WORKERS_OF_ONE_RNG if one_rng else WORKERS)
        ]
        for worker in self.workers:
            worker.wait_for_log(COUNTED, PATIENCE_S)

    @property
    def port(self) -> int:
        """Return where the peer that is killed listens."""
        if self.peer == "ambassador" and self.ambassador:
            return self.ambassador.port
        if self.peer in self.http:
            return int(self.http[self.peer].url.rpartition(":")[2])
        return self.redis.port

    def kill(self) -> None:
        """Kill the peer; return when nothing accepts connections any more."""
        if self.peer == DEAD:
            self.wire.is_dead = True
            self.wire.cut()
            return
        if self.peer == "ambassador" and self.ambassador:
            os.kill(self.ambassador.pid, signal.SIGKILL)
        elif self.peer in self.http:
            self.http[self.peer].stop(signal.SIGKILL)
        else:
            self.redis.kill()
        while accepts(self.port):
            time.sleep(0.002)

    def restart(self) -> None:
        """Start the peer again; an ambassador is, by dcgen, as its Compose file says."""
        if self.peer == DEAD:
            self.wire.is_dead = False
        elif self.peer in self.http:
            self.http[self.peer] = self.start(self.peer, PORT=str(self.port))
        elif self.peer != "ambassador":
            self.redis.start()


def turn(bench: Bench) -> list[float]:
    """Return the seconds that each worker took in one turn."""
    # An ambassador that ran for 10 s is started again at once, as by Docker; sooner, ever later.
    time.sleep(random.uniform(1, 2) + (10 if bench.peer == "ambassador" else 0))
    bench.kill()
    if bench.peer != "ambassador":
        time.sleep(random.uniform(0.5, LONGEST_AWAY_S))
    restarting = threading.Thread(target=bench.restart)
    restarting.start()
    while not accepts(bench.port):
        time.sleep(0.002)
    found = await_all(bench)
    restarting.join()
    return found


def await_all(bench: Bench) -> list[float]:
    """Return after how many seconds the log of each worker says that it is back."""
    sign = DONE if bench.peer in bench.http else COUNTED
    began = time.monotonic()
    marks = [worker.output.stat().st_size for worker in bench.workers]
    found: dict[int, float] = {}
    while len(found) < len(marks) and time.monotonic() < began + PATIENCE_S:
        for number, mark in enumerate(marks):
            if number not in found and sign in since(bench.workers[number], mark):
                found[number] = time.monotonic() - began
        time.sleep(0.005)
    return [found.get(number, PATIENCE_S) for number in range(len(marks))]


def since(worker: Running, mark: int) -> str:
    """Return what *worker* has logged after *mark* bytes."""
    with worker.output.open("rb") as file:
        file.seek(mark)
        return file.read().decode()


def accepts(port: int) -> bool:
    """Return whether somebody listens on *port*."""
    return answers(port, 0.2)


def measured(peer: str, turns: int) -> list[float]:
    """Return the seconds of all workers in all *turns*."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        bench = Bench(peer, folder, cleanup)
        return [seconds for _ in range(turns) for seconds in turn(bench)]


@click.command()
@click.option("--turns", default=12, show_default=True, help="How often each peer is killed.")
@click.option("--only", multiple=True, type=click.Choice(PEERS), help="Repeatable.")
def main(turns: int, only: tuple[str, ...]) -> None:
    """Print how soon the workers are back after each peer, in seconds."""
    click.echo(f"{'back after':30} workers  turns  median    95 %   worst  over {BAR_S:g} s")
    for peer in only or PEERS:
        found = sorted(measured(peer, turns))
        late = sum(seconds > BAR_S for seconds in found)
        click.echo(
            f"{peer:30} {len(found) // turns:7} {turns:6} {median(found):7.2f} "
            f"{found[int(0.95 * len(found))]:7.2f} {found[-1]:7.2f}  {late}"
        )


if __name__ == "__main__":
    main()
