"""What a flush does to Redis and to Valkey: the script, driven by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from dockercoins.worker.account import Totals
from dockercoins.worker.counter import tell
from tests.dockercoins.chaos import KEPT
from tests.dockercoins.conftest import NewRedis
from tests.dockercoins.running import RedisServer

WORKERS = "dockercoins:workers"
DAY_S = 24 * 60 * 60

Flush = Callable[..., list[int]]


@pytest.fixture(params=["redis-server", "valkey-server"])
def server(request: pytest.FixtureRequest, new_redis: NewRedis) -> RedisServer:
    return new_redis(request.param).start()


@pytest.fixture
def flush(server: RedisServer) -> Flush:
    def flush(number: int, units: int, coins: tuple[str, ...] = (), **other: Any) -> list[int]:
        known = other.get("coins_known", 0)
        pairs = tuple((coin, f"bytes of {coin}".encode()) for coin in coins)
        lost = other.get("coins_lost", 0)
        totals = Totals(number, units, 0, pairs, known, known + len(coins), lost)
        units_known = other.get("units_known", 0)
        return tell(server.client, other.get("worker", "w"), "a host", totals, units_known)

    return flush


def test_a_flush_enters_all_units_and_coins(server: RedisServer, flush: Flush) -> None:
    assert flush(1, 5, ("0a", "0b")) == [0, 5, 2]

    assert server.hashes() == 5
    assert server.client.hgetall("wallet") == {b"0a": b"bytes of 0a", b"0b": b"bytes of 0b"}


def test_a_flush_says_who_is_at_work(server: RedisServer, flush: Flush) -> None:
    flush(1, 5, ("0a",), coins_lost=3)
    seconds, microseconds = server.client.time()
    kept = server.client.hgetall("dockercoins:worker:w")
    at_ms = int(kept.pop(b"at"))

    assert 0 <= seconds * 1000 + microseconds // 1000 - at_ms < 10_000
    assert kept == {
        b"seq": b"1",
        b"units": b"5",
        b"coins": b"1",
        b"host": b"a host",
        b"waiting": b"0",
        b"lost": b"0",
        b"coins_lost": b"3",
    }
    assert server.client.zrange(WORKERS, 0, -1, withscores=True) == [(b"w", at_ms)]


def test_a_flush_again_adds_nothing(server: RedisServer, flush: Flush) -> None:
    flush(1, 5, ("0a",))

    assert flush(1, 5, ("0a",)) == [5, 5, 1]
    assert flush(2, 5, ("0a",)) == [5, 5, 1]
    assert (server.hashes(), server.client.hlen("wallet")) == (5, 1)


def test_the_next_flush_adds_what_is_new(server: RedisServer, flush: Flush) -> None:
    flush(1, 5, ("0a",))

    assert flush(2, 8, ("0b",), coins_known=1) == [5, 8, 2]
    assert (server.hashes(), server.client.hlen("wallet")) == (8, 2)


def test_a_flush_that_comes_late_changes_nothing(server: RedisServer, flush: Flush) -> None:
    flush(2, 8, ("0a", "0b"))

    assert flush(1, 5, ("0a",), coins_lost=9) == [8, 8, 2]
    assert server.hashes() == 8
    assert server.client.hmget("dockercoins:worker:w", "units", "coins_lost") == [b"8", b"0"]


def test_a_flush_that_lost_one_before_it_adds_both(server: RedisServer, flush: Flush) -> None:
    flush(2, 8, ("0a", "0b"))

    assert server.hashes() == 8


def test_workers_add_up(server: RedisServer, flush: Flush) -> None:
    flush(1, 5, worker="w")
    flush(1, 7, worker="v")

    assert server.hashes() == 12
    assert sorted(server.client.zrange(WORKERS, 0, -1)) == [b"v", b"w"]


def test_a_redis_that_lost_everything_has_all_again(server: RedisServer, flush: Flush) -> None:
    flush(1, 5, ("0a",))
    server.client.flushall()

    assert flush(2, 8, ("0b",), coins_known=1) == [0, 8, 0]  # the coins are asked for again
    assert flush(3, 8, ("0a", "0b"), coins_known=0) == [8, 8, 2]
    assert (server.hashes(), server.client.hlen("wallet")) == (8, 2)


def test_units_of_a_worker_that_was_silent_for_long_are_not_added_again(
    server: RedisServer, flush: Flush
) -> None:
    flush(1, 5)
    server.client.delete("dockercoins:told:w")

    assert flush(2, 8, units_known=5) == [5, 8, 0]
    assert server.hashes() == 8


def test_no_units_make_no_counter(server: RedisServer, flush: Flush) -> None:
    flush(1, 0)

    assert not server.client.exists("hashes")
    assert server.client.zcard(WORKERS) == 1


def test_workers_that_are_gone_vanish_after_a_day(server: RedisServer, flush: Flush) -> None:
    now_ms = server.client.time()[0] * 1000
    server.client.zadd(
        WORKERS, {"gone": now_ms - (DAY_S + 60) * 1000, "new": now_ms - (DAY_S - 60) * 1000}
    )
    flush(1, 5)

    assert server.client.zrange(WORKERS, 0, -1) == [b"new", b"w"]
    for name in ("worker", "told"):
        assert DAY_S - 60 < server.client.ttl(f"dockercoins:{name}:w") <= DAY_S


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hashes", "words"),
        ("wallet", "words"),
        ("dockercoins:worker:w", "words"),
        ("dockercoins:told:w", "words"),
        (WORKERS, "words"),
        ("hashes", str(2**63 - 1)),
    ],
)
def test_a_flush_that_fails_and_the_next_one_count_once(
    server: RedisServer, flush: Flush, key: str, value: str
) -> None:
    server.client.set(key, value)
    with pytest.raises(redis.ResponseError):
        flush(1, 5, ("0a",))
    server.client.delete(key)

    assert flush(2, 5, ("0a",))[1:] == [5, 1]
    assert (server.hashes(), server.client.hlen("wallet")) == (5, 1)


def test_a_crash_between_the_count_and_the_report_loses_no_unit(new_redis: NewRedis) -> None:
    # Or a busy disk may keep the last command out of the file until after the answer.
    server = new_redis(appendonly="yes", appendfsync="always").start()
    for worker, units in (("v", 5), ("w", 7)):
        tell(server.client, worker, "a host", Totals(1, units, 0, (), 0, 0, 0))
    server.kill()
    aof = next((server.folder / "appendonlydir").glob("*.incr.aof"))
    content = aof.read_bytes()
    aof.write_bytes(content[: content.rindex(b"ZADD")])
    server.start()

    assert server.client.zrange(WORKERS, 0, -1) == [b"v"]
    assert server.client.eval(KEPT, 0) == [12, 12]
