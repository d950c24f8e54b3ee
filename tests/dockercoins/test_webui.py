"""What webui answers, with Redis and without, and what its page loads."""

import re
import time

import pytest
import requests

from tests.dockercoins.running import DOCKERCOINS, RedisServer, Start

STATIC = DOCKERCOINS / "webui" / "static"


@pytest.mark.parametrize(
    ("coins", "hashes"),
    [pytest.param(0, 0, id="nothing mined yet"), pytest.param(2, 31, id="some mined")],
)
def test_webui_gives_the_numbers_as_json(
    start: Start, redis_server: RedisServer, http: requests.Session, coins: int, hashes: int
) -> None:
    for number in range(coins):
        redis_server.client.hset("wallet", f"0{number}", b"bytes")
    if hashes:
        redis_server.client.incrby("hashes", hashes)
    webui = start("webui", REDIS_URL=redis_server.url)

    before = time.time()
    numbers = http.get(f"{webui.url}/json").json()

    assert before <= numbers.pop("now") <= time.time()
    assert numbers == {"coins": coins, "hashes": hashes}


def test_webui_says_that_redis_is_away(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)
    answer = http.get(f"{webui.url}/json")

    assert answer.status_code == 503
    assert answer.json()["error"].startswith("no numbers from Redis: ")


def test_webui_finds_redis_when_it_comes_back(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)
    http.get(f"{webui.url}/json")
    later_redis.start()

    assert http.get(f"{webui.url}/json").status_code == 200


@pytest.mark.parametrize("key", ["wallet", "hashes"])
def test_webui_says_that_a_key_holds_something_else(
    start: Start, redis_server: RedisServer, http: requests.Session, key: str
) -> None:
    redis_server.client.set(key, "words")
    webui = start("webui", REDIS_URL=redis_server.url)

    assert http.get(f"{webui.url}/json").status_code == 503


def test_the_page_and_all_that_it_loads_come_from_webui(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)
    page = http.get(f"{webui.url}/")
    loaded = set(re.findall(r'(?:src|href)="([^"]+)"', page.text)) - {"json", "metrics"}
    library = {"uPlot.js", "uPlot.css"}  # empty where `make library` did not fetch it

    assert page.headers["Content-Type"].startswith("text/html")
    assert loaded == {path.name for path in STATIC.iterdir()} - {"index.html"} | library
    assert {http.get(f"{webui.url}/{name}").status_code for name in loaded} == {200}


def test_a_browser_may_load_nothing_from_elsewhere(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)

    page = http.get(f"{webui.url}/")

    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", page.text) == []


def test_the_page_weighs_less_than_100_kb(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)
    page = http.get(f"{webui.url}/").text
    names = ["", *re.findall(r'(?:src|href)="([^"]+\.(?:js|css|svg))"', page)]

    assert sum(len(http.get(f"{webui.url}/{name}").content) for name in set(names)) < 100_000


def test_webui_logs_one_line_for_each_request(
    start: Start, later_redis: RedisServer, http: requests.Session
) -> None:
    webui = start("webui", REDIS_URL=later_redis.url)
    http.get(f"{webui.url}/json")
    http.get(f"{webui.url}/nothing")

    assert [line.rsplit(" ", 1)[0] for line in webui.requests()] == [
        "'GET /json' 503",
        "'GET /nothing' 404",
    ]
