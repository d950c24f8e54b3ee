"""Our worker and web UI share a Redis with those of the workshop, whose commands are these:

its worker adds by ``INCRBY hashes N`` and ``HSET wallet DIGEST BYTES``, one ``HSET`` for each coin;
its web UI reads ``GET hashes`` and ``HLEN wallet``.
"""

import time

import requests

from tests.dockercoins.running import RedisServer, Running, Start, wait_until
from tests.dockercoins.test_worker import logged


def start_ours(start: Start, server: RedisServer) -> Running:
    rng, hasher = start("rng"), start("hasher")
    return start("worker", RNG_URL=rng.url, HASHER_URL=hasher.url, REDIS_URL=server.url)


def test_units_of_the_workshops_worker_and_of_ours_add_up(
    start: Start, redis_server: RedisServer
) -> None:
    ours, theirs = start_ours(start, redis_server), 0
    while logged(ours) < 8:
        redis_server.client.incrby("hashes", 3)
        theirs += 3
        time.sleep(0.01)
    ours.stop()

    assert redis_server.hashes() == logged(ours) + theirs


def test_coins_of_the_workshops_worker_and_of_ours_are_in_one_wallet(
    start: Start, redis_server: RedisServer
) -> None:
    redis_server.client.hset("wallet", "0" * 64, b"\x00\xff bytes")
    ours = start_ours(start, redis_server)
    ours.wait_for_log("Coin found", 600)
    ours.stop()
    found = ours.log().count("Coin found")

    assert redis_server.client.hlen("wallet") == found + 1
    assert redis_server.client.hget("wallet", "0" * 64) == b"\x00\xff bytes"


def test_the_workshops_web_ui_reads_what_our_worker_writes(
    start: Start, redis_server: RedisServer
) -> None:
    ours = start_ours(start, redis_server)
    ours.wait_for_log("Coin found", 600)
    ours.stop()

    assert redis_server.client.get("hashes") == str(logged(ours)).encode()
    assert redis_server.client.hlen("wallet") == ours.log().count("Coin found")


def test_our_web_ui_reads_what_the_workshops_worker_writes(
    start: Start, redis_server: RedisServer, http: requests.Session
) -> None:
    redis_server.client.incrby("hashes", 4)
    redis_server.client.hset("wallet", "0" * 64, b"\x00\xff bytes")
    webui = start("webui", REDIS_URL=redis_server.url)

    def numbers() -> dict[str, int]:
        return dict(http.get(f"{webui.url}/json").json())

    wait_until(lambda: numbers().get("hashes") == 4, "the web UI has read it")
    assert numbers()["coins"] == 1
