"""What the worker counts, what it stores, and how it stops, with peers that work or fail."""

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from dockercoins.worker.connection import (
    CONNECT_TIMEOUT_S,
    FIRST_WAIT_S,
    LONGEST_WAIT_S,
    SAY_AGAIN_AFTER_S,
    Outage,
)
from dockercoins.worker.counter import FIRST_ANSWER_S, REDIS_TIMEOUT_S, first_answer_s
from tests.dockercoins.peers import Answer, serve
from tests.dockercoins.running import RedisServer, Running, Start, wait_until
from tests.dockercoins.wire import Loss, Wire
from tests.lab.ports import free_port

PLAIN = bytes(32)  # its hash starts with 6: not a coin
COIN = next(
    bytes([n]) * 32 for n in range(256) if hashlib.sha256(bytes([n]) * 32).hexdigest()[0] == "0"
)
PLAIN_HASH = hashlib.sha256(PLAIN).hexdigest().encode()


def logged(worker: Running) -> int:
    return sum(int(n) for n in re.findall(r"(\d+) units of work done, upd", worker.log()))


def hashed(hasher: Running) -> int:
    return sum(line.startswith("'POST /' 200") for line in hasher.requests())


@pytest.fixture
def mine(start: Start, cleanup: ExitStack) -> Callable[..., Running]:
    """Start a worker; peers that are not named work, and find no coin."""

    def mine(**environment: str) -> Running:
        healthy = {
            "RNG_URL": lambda: serve(lambda: (200, PLAIN), cleanup),
            "HASHER_URL": lambda: serve(lambda: (200, PLAIN_HASH), cleanup),
        }
        missing = {name: peer() for name, peer in healthy.items() if name not in environment}
        return start("worker", **missing, **environment)

    return mine


Mine = Callable[..., Running]


def test_every_finished_unit_is_counted_when_workers_stop(
    start: Start, redis_server: RedisServer
) -> None:
    rng, hasher = start("rng"), start("hasher")
    urls = {"RNG_URL": rng.url, "HASHER_URL": hasher.url, "REDIS_URL": redis_server.url}
    workers = [start("worker", **urls) for _ in range(3)]
    wait_until(lambda: redis_server.hashes() >= 10, "ten hashes")

    for worker in workers:
        worker.stop()
        assert worker.process.returncode == 0, worker.log()
    assert redis_server.hashes() == sum(logged(worker) for worker in workers)
    # An answer that was on its way when its worker stopped is not a finished unit.
    assert hashed(hasher) - 3 <= redis_server.hashes() <= hashed(hasher)


def test_a_coin_goes_to_the_wallet_with_its_bytes(
    mine: Mine, start: Start, cleanup: ExitStack, redis_server: RedisServer
) -> None:
    rng = serve(lambda: (200, COIN), cleanup)
    worker = mine(RNG_URL=rng, HASHER_URL=start("hasher").url, REDIS_URL=redis_server.url)
    wait_until(lambda: redis_server.client.hlen("wallet"), "a coin")

    digest = hashlib.sha256(COIN).hexdigest()
    assert redis_server.client.hgetall("wallet") == {digest.encode(): COIN}
    worker.wait_for_log(f"Coin found: {digest[:8]}...")


def test_another_hash_is_no_coin(mine: Mine, redis_server: RedisServer) -> None:
    mine(REDIS_URL=redis_server.url)
    wait_until(redis_server.hashes, "a counted hash")

    assert not redis_server.client.exists("wallet")


def test_the_counter_is_updated_once_a_second_at_most(
    mine: Mine, redis_server: RedisServer
) -> None:
    worker = mine(REDIS_URL=redis_server.url)
    wait_until(lambda: worker.log().count("units of work done") >= 2, "two updates")

    calls = redis_server.client.info("commandstats")["cmdstat_mset"]["calls"]
    uptime_s = redis_server.client.info("server")["uptime_in_seconds"] + 1
    assert calls <= uptime_s


@pytest.mark.parametrize(
    ("peer", "answer"),
    [
        pytest.param("RNG_URL", (500, PLAIN), id="rng has a bug"),
        pytest.param("RNG_URL", (503, PLAIN), id="a balancer has no rng"),
        pytest.param("HASHER_URL", (403, PLAIN_HASH), id="hasher forbids"),
        pytest.param("HASHER_URL", (500, PLAIN_HASH), id="hasher has a bug"),
        pytest.param("HASHER_URL", (302, PLAIN_HASH), id="hasher is elsewhere"),
    ],
)
def test_an_answer_other_than_200_is_not_counted(
    mine: Mine, cleanup: ExitStack, redis_server: RedisServer, peer: str, answer: Answer
) -> None:
    worker = mine(REDIS_URL=redis_server.url, **{peer: serve(lambda: answer, cleanup)})
    worker.wait_for_log(f"{answer[0]} ")
    worker.stop()

    assert redis_server.hashes() == logged(worker) == 0


@pytest.mark.parametrize(
    ("peer", "body"),
    [
        pytest.param("HASHER_URL", b"<html>all is well</html>", id="a page instead of a hash"),
        pytest.param("HASHER_URL", b"", id="nothing instead of a hash"),
        pytest.param("RNG_URL", b"few", id="fewer bytes than asked for"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_not_counted(
    mine: Mine, cleanup: ExitStack, redis_server: RedisServer, peer: str, body: bytes
) -> None:
    worker = mine(REDIS_URL=redis_server.url, **{peer: serve(lambda: (200, body), cleanup)})
    worker.wait_for_log("next try in")
    worker.stop()

    assert redis_server.hashes() == 0


@pytest.mark.parametrize("peer", ["RNG_URL", "HASHER_URL"])
def test_a_peer_that_is_away_is_said_once_and_again_when_it_is_back(
    mine: Mine, start: Start, redis_server: RedisServer, peer: str
) -> None:
    port = free_port()
    begin_s = time.monotonic()
    worker = mine(REDIS_URL=redis_server.url, **{peer: f"http://127.0.0.1:{port}"})
    worker.wait_for_log("next try in")
    start(peer.removesuffix("_URL").lower(), PORT=str(port))
    worker.wait_for_log("work goes on again, after")
    seconds = time.monotonic() - begin_s
    wait_until(redis_server.hashes, "a counted hash")
    said = [line for line in worker.log().splitlines() if "next try in" in line]

    # The counter has words of its own for a Redis that is slow to answer.
    assert 1 <= sum(f"port={port}" in line for line in said) <= 1 + seconds // SAY_AGAIN_AFTER_S
    assert worker.log().count("work goes on again, after") == 1


def test_waits_after_errors_are_random_and_short() -> None:
    outages = [Outage() for _ in range(100)]
    first = [outage.wait_s(OSError()) for outage in outages]
    later = [[outage.wait_s(OSError()) for _ in range(9)][-1] for outage in outages]

    assert len(set(first)) == len(set(later)) == 100
    assert max(first) <= FIRST_WAIT_S < LONGEST_WAIT_S / 2 <= min(later)
    # A try that ends without an answer, the wait after it, and the work before the next one.
    assert CONNECT_TIMEOUT_S + max(later) + 0.1 < 1


def test_a_new_connection_has_to_answer_soon_but_for_every_twentieth() -> None:
    waits = [first_answer_s(silent) for silent in range(40)]

    assert waits == [*[FIRST_ANSWER_S] * 19, REDIS_TIMEOUT_S] * 2
    assert FIRST_ANSWER_S + LONGEST_WAIT_S < 1


def test_a_connection_that_leads_nowhere_is_given_up_and_another_one_counts(
    mine: Mine, cleanup: ExitStack, redis_server: RedisServer
) -> None:
    wire = Wire(redis_server.port, cleanup)
    wire.is_dead = True
    worker = mine(REDIS_URL=f"redis://127.0.0.1:{wire.port}/0")
    worker.wait_for_log(f"no answer in {FIRST_ANSWER_S} s")
    assert redis_server.hashes() == 0
    wire.is_dead = False

    wait_until(redis_server.hashes, "the units are counted")
    worker.wait_for_log("Redis counts again")


def test_a_worker_that_waits_after_an_error_stops_by_itself(
    mine: Mine, redis_server: RedisServer
) -> None:
    worker = mine(REDIS_URL=redis_server.url, RNG_URL=f"http://127.0.0.1:{free_port()}")
    worker.wait_for_log("next try in")

    worker.stop()
    assert worker.process.returncode == 0


def test_units_finished_before_a_peer_hangs_are_counted_at_the_stop(
    mine: Mine, cleanup: ExitStack, redis_server: RedisServer
) -> None:
    hangs, end = threading.Event(), threading.Event()
    cleanup.callback(end.set)
    answers = iter([(200, PLAIN)] * 2)

    def answer() -> Answer:
        try:
            return next(answers)
        except StopIteration:
            hangs.set()
            end.wait()
            return 500, b""

    worker = mine(REDIS_URL=redis_server.url, RNG_URL=serve(answer, cleanup))
    assert hangs.wait(60)

    worker.stop()
    assert (redis_server.hashes(), logged(worker)) == (2, 2)


def test_units_wait_for_a_redis_that_is_away(
    start: Start, mine: Mine, later_redis: RedisServer
) -> None:
    hasher = start("hasher")
    worker = mine(HASHER_URL=hasher.url, REDIS_URL=later_redis.url)
    worker.wait_for_log("next try in")
    finished = hashed(hasher)
    later_redis.start()
    wait_until(later_redis.hashes, "the units are counted")
    worker.stop()

    assert later_redis.hashes() == logged(worker) >= finished
    assert hashed(hasher) - 1 <= later_redis.hashes() <= hashed(hasher)


def test_a_coin_waits_for_a_redis_that_is_away(
    start: Start, mine: Mine, cleanup: ExitStack, later_redis: RedisServer
) -> None:
    finds = iter([COIN])
    rng = serve(lambda: (200, next(finds, PLAIN)), cleanup)
    worker = mine(RNG_URL=rng, HASHER_URL=start("hasher").url, REDIS_URL=later_redis.url)
    worker.wait_for_log("next try in")
    later_redis.start()
    wait_until(lambda: later_redis.client.hlen("wallet"), "the coin is in the wallet")

    assert list(later_redis.client.hgetall("wallet").values()) == [COIN]


def test_a_worker_that_stops_without_redis_says_what_is_not_counted(
    mine: Mine, start: Start, later_redis: RedisServer
) -> None:
    hasher = start("hasher")
    worker = mine(HASHER_URL=hasher.url, REDIS_URL=later_redis.url, STOP_WITHIN_S="")
    wait_until(lambda: hashed(hasher) >= 3, "two units are done")

    worker.stop()
    assert worker.process.returncode == 1
    assert re.search(r"[1-9]\d* units of work done, but not counted", worker.log())


def test_a_worker_stops_by_itself_while_redis_is_silent(
    mine: Mine, start: Start, cleanup: ExitStack
) -> None:
    listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
    hasher = start("hasher")
    url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
    worker = mine(HASHER_URL=hasher.url, REDIS_URL=url, STOP_WITHIN_S="")
    silent, _ = listener.accept()
    cleanup.enter_context(silent)
    wait_until(lambda: hashed(hasher) >= 3, "two units are done")

    worker.stop()
    assert worker.process.returncode == 1


@pytest.mark.parametrize("loss", Loss, ids=lambda loss: loss.value)
def test_a_flush_that_is_lost_counts_once(
    start: Start, mine: Mine, cleanup: ExitStack, redis_server: RedisServer, loss: Loss
) -> None:
    wire = Wire(redis_server.port, cleanup)
    rng, hasher = start("rng"), start("hasher")
    worker = mine(
        RNG_URL=rng.url, HASHER_URL=hasher.url, REDIS_URL=f"redis://127.0.0.1:{wire.port}/0"
    )
    wait_until(redis_server.hashes, "a counted hash")
    wire.lose(loss)
    wait_until(lambda: wire.lost[loss], "a flush is lost")
    before = redis_server.hashes()
    wait_until(lambda: redis_server.hashes() > before + 3, "counting goes on")
    rng.stop()
    worker.wait_for_log("/32")  # refused: what was under way before is finished
    worker.stop()

    assert redis_server.hashes() == logged(worker) == hashed(hasher)
