"""What is left of the counter when Redis, its file, or a worker is lost."""

import itertools
import signal

import pytest

from dockercoins.worker.account import Totals
from dockercoins.worker.counter import tell
from tests.dockercoins.conftest import NewRedis
from tests.dockercoins.running import RedisServer, Start, wait_until
from tests.dockercoins.test_shared import start_ours
from tests.dockercoins.test_worker import hashed, logged


def flush(server: RedisServer, worker: str, number: int, units: int) -> None:
    tell(server.client, worker, "a host", Totals(number, units, 0, (), 0, 0, 0))


def test_a_redis_that_lost_all_has_it_again_from_its_workers(
    start: Start, redis_server: RedisServer
) -> None:
    worker = start_ours(start, redis_server)  # this Redis writes no file
    wait_until(lambda: redis_server.hashes() > 5, "some are counted")
    redis_server.kill()
    redis_server.start()
    worker.wait_for_log("units, and has them again")
    worker.stop()

    assert redis_server.hashes() == logged(worker) > 5
    assert redis_server.client.hlen("wallet") == worker.log().count("Coin found")


@pytest.mark.parametrize("program", ["redis-server", "valkey-server"])
def test_a_file_that_was_cut_off_anywhere_counts_each_unit_once(
    new_redis: NewRedis, program: str
) -> None:
    server = new_redis(program, appendonly="yes").start()
    numbers = itertools.count(1)
    for turn, cut in enumerate(range(1, 600, 40), 1):
        for worker in ("v", "w"):
            flush(server, worker, next(numbers), 3 * turn)
        server.kill()
        file = next((server.folder / "appendonlydir").glob("*.incr.aof"))
        with file.open("rb+") as opened:
            opened.truncate(max(file.stat().st_size - cut, 0))
        # It is loaded twice: the first time, some versions leave half a transaction in the file.
        for worker in ("w", "v"):
            server.start()
            flush(server, worker, next(numbers), 3 * turn)
            server.kill()
        server.start()
        assert server.hashes() == 6 * turn


@pytest.mark.parametrize("program", ["redis-server", "valkey-server"])
def test_a_worker_that_stops_says_whether_all_is_on_disk(
    start: Start, new_redis: NewRedis, program: str
) -> None:
    server = new_redis(program, appendonly="yes", appendfsync="always").start()
    worker = start_ours(start, server)
    wait_until(server.hashes, "a counted hash")
    worker.stop()
    said = "all of it is on the disk of Redis" in worker.log()

    assert said == (program == "valkey-server" or _version(server) >= (7, 2))
    assert worker.process.returncode == 0


def _version(server: RedisServer) -> tuple[int, ...]:
    return tuple(map(int, server.client.info()["redis_version"].split(".")))


def test_a_worker_that_is_killed_loses_no_unit_that_was_told(
    start: Start, redis_server: RedisServer
) -> None:
    rng, hasher = start("rng"), start("hasher")
    worker = start("worker", RNG_URL=rng.url, HASHER_URL=hasher.url, REDIS_URL=redis_server.url)
    wait_until(lambda: logged(worker) > 3, "some are counted")
    worker.stop(signal.SIGKILL)

    assert logged(worker) <= redis_server.hashes() <= hashed(hasher)
