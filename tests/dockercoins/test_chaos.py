"""After any faults, the counter equals what the workers did, exactly.

``make chaos SEED=1`` draws 200 faults, ``FAULTS=20`` as few; the same seed draws the same ones.
"""

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.dockercoins.chaos import FAULTS, LONG_S, Ambassador, Stage
from tests.dockercoins.conftest import program
from tests.dockercoins.running import RedisServer, Start, wait_until
from tests.dockercoins.wire import Wire

WORKERS = 3
DISK = "24m"  # of memory; the file of a run of 200 faults is 1 MB
DRAWN = {"redis-server": 20, "valkey-server": 5}  # what both do differently is in test_counter.py


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what was drawn, beside a failure or with -s


@pytest.fixture(params=DRAWN)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for Redis: a disk of its own where this user may mount one, small to fill."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "dcgen-chaos", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        yield folder
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def stage(server: str, disk: Path, start: Start, tmp_path: Path) -> Iterator[Stage]:
    seed = os.environ.get("SEED") or str(random.randrange(1_000_000))
    say(f"\nchaos with {server}, SEED={seed}")
    with ExitStack() as cleanup:
        store = RedisServer(disk, cleanup, program(server), appendonly="yes").start()
        say(f"its disk: {DISK if disk.is_mount() else 'a limit on the size of its files'}")
        wires = [Wire(store.port, cleanup) for _ in range(2)]
        ambassador = Ambassador(tmp_path / "ambassador", wires[0].port, cleanup)
        rng, hasher = start("rng"), start("hasher")
        url = f"redis://127.0.0.1:{ambassador.port}/0"
        urls = {"RNG_URL": rng.url, "HASHER_URL": hasher.url, "REDIS_URL": url}
        workers = [start("worker", **urls) for _ in range(WORKERS)]
        yield Stage(random.Random(seed), store, wires, ambassador, rng, hasher, workers, start)


def test_the_counter_equals_what_the_workers_did(stage: Stage, server: str) -> None:
    for number in range(int(os.environ.get("FAULTS") or DRAWN[server])):
        fault = stage.dice.choice(FAULTS)
        say(f"{number + 1:3} {fault.__name__}")
        fault(stage)
        counter, kept = stage.kept()
        assert counter == kept
        stage.hold(0.8)
    _let_all_finish(stage)

    done = sum(stage.units())
    hashed = sum(line.startswith("'POST /' 200") for line in stage.hasher.requests())
    coins = sum(worker.log().count("Coin found") for worker in stage.workers)
    say(f"{done} units, {coins} coins; difference {stage.redis.hashes() - done}")
    assert [worker.process.returncode for worker in stage.workers] == [0] * WORKERS
    assert (*stage.kept(), hashed) == (done, done, done)
    assert stage.redis.client.hlen("wallet") == coins


def _let_all_finish(stage: Stage) -> None:
    # Every worker works and counts again; then rng ends, and with it what each was about to do.
    before = stage.units()
    wait_until(
        lambda: all(now > then + 5 for now, then in zip(stage.units(), before, strict=True)),
        "all workers count",
        LONG_S,
    )
    marks = [len(worker.log()) for worker in stage.workers]
    stage.rng.stop()
    for worker, mark in zip(stage.workers, marks, strict=True):
        worker.wait_for_log("/32", LONG_S, after=mark)
    for worker in stage.workers:
        worker.stop()
