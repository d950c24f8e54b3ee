"""The stream of webui: one sampler for all, no gap after a reconnect, and a limit."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import requests

from tests.dockercoins.running import RedisServer, Running, Start, wait_until

WITHIN_S = 30


@contextmanager
def viewer(webui: Running, last_id: str = "") -> Iterator[Iterator[dict[str, Any]]]:
    """Give the events of a stream, as ``{"id", "event", "data"}``."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    answer = requests.get(f"{webui.url}/events", headers=headers, stream=True, timeout=WITHIN_S)
    with closing(answer):
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: requests.Response) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {"event": "message"}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        name, _, value = line.partition(": ")
        if not line and "data" in event:
            yield event | {"data": json.loads(event["data"])}
            event = {"event": "message"}
        elif name in {"id", "event", "data"}:
            event[name] = value


def number(event: dict[str, Any]) -> int:
    return int(event["id"].rpartition("-")[2])


def test_a_viewer_sees_all_at_once_and_then_each_second(
    start: Start, redis_server: RedisServer
) -> None:
    redis_server.client.set("hashes", 7)
    webui = start("webui", REDIS_URL=redis_server.url)
    with viewer(webui) as events:
        first = next(events)
        later = [next(events) for _ in range(3)]

    assert first["event"] == "snapshot"
    assert set(first["data"]["windows"]) == {"60", "600", "3600"}
    assert [number(event) for event in later] == [number(first) + n for n in (1, 2, 3)]
    assert later[-1]["data"]["hashes"] == 7


def test_a_viewer_that_comes_back_has_no_gap(start: Start, redis_server: RedisServer) -> None:
    webui = start("webui", REDIS_URL=redis_server.url)
    with viewer(webui) as events:
        seen = [next(events) for _ in range(2)][-1]
    with viewer(webui) as others:  # time goes on meanwhile
        for _ in range(3):
            next(others)
    with viewer(webui, seen["id"]) as events:
        back = [next(events) for _ in range(3)]

    assert [event["event"] for event in back] == ["message"] * 3
    assert [number(event) for event in back] == [number(seen) + n for n in (1, 2, 3)]


def test_a_viewer_of_an_older_webui_gets_all(start: Start, redis_server: RedisServer) -> None:
    webui = start("webui", REDIS_URL=redis_server.url)
    with viewer(webui, "0badcafe-3") as events:
        assert next(events)["event"] == "snapshot"


def test_many_viewers_cost_redis_one_reading_a_second(
    start: Start, redis_server: RedisServer
) -> None:
    webui = start("webui", REDIS_URL=redis_server.url)
    with ExitStack() as stack:
        viewers = [stack.enter_context(viewer(webui)) for _ in range(20)]
        firsts = [number(next(events)) for events in viewers]
        before = calls(redis_server)
        last = [[next(events) for _ in range(3)][-1] for events in viewers]
        asked = calls(redis_server) - before

    assert [number(event) for event in last] == [first + 3 for first in firsts]
    told = {event["id"]: event["data"] for event in last}
    assert all(event["data"] == told[event["id"]] for event in last)  # all are told the same
    newest = max(map(number, last))
    assert 0 < asked <= newest + 2  # not 20 times as many


def calls(server: RedisServer) -> int:
    stats = server.client.info("commandstats").get("cmdstat_eval", {})
    return int(stats.get("calls", 0))


def test_one_viewer_too_many_is_asked_to_poll_and_the_others_go_on(
    start: Start, redis_server: RedisServer, http: requests.Session
) -> None:
    redis_server.client.set("hashes", 3)
    webui = start("webui", REDIS_URL=redis_server.url, STREAMS="2")

    def reading() -> int | None:
        shown = http.get(f"{webui.url}/history", timeout=WITHIN_S).json()["snapshot"]
        return shown["latest"].get("hashes") if shown else None

    wait_until(lambda: reading() == 3, "the first reading")
    with viewer(webui) as one, viewer(webui) as two:
        next(one), next(two)
        refused = http.get(f"{webui.url}/events", timeout=WITHIN_S)
        polled = http.get(f"{webui.url}/history", timeout=WITHIN_S).json()
        again = http.get(f"{webui.url}/history", params={"after": polled["id"]}, timeout=WITHIN_S)
        assert next(one)["data"]["hashes"] == 3

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert polled["snapshot"]["latest"]["hashes"] == 3
    assert again.json()["snapshot"] is None


def test_a_viewer_who_went_away_leaves_a_place(start: Start, redis_server: RedisServer) -> None:
    webui = start("webui", REDIS_URL=redis_server.url, STREAMS="1")
    with viewer(webui) as events:
        next(events)

    def is_free() -> bool:
        answer = requests.get(f"{webui.url}/events", stream=True, timeout=WITHIN_S)
        with closing(answer):
            return answer.status_code == 200

    wait_until(is_free, "a place for a viewer", WITHIN_S)


def test_redis_that_is_away_is_said_and_no_number_is_made_up(
    start: Start, redis_server: RedisServer
) -> None:
    redis_server.client.set("hashes", 2695)
    webui = start("webui", REDIS_URL=redis_server.url)
    with viewer(webui) as events:
        wait_until(lambda: next(events)["data"].get("hashes") == 2695, "the counter", WITHIN_S)
        redis_server.kill()
        away = next(e for e in events if e["data"]["state"]["kind"] == "away")
        redis_server.start()  # it kept nothing
        back = next(e for e in events if e["data"]["state"]["kind"] != "away")

    assert away["data"]["state"]["words"].startswith("Redis is away, since ")
    assert away["data"]["speed"] is None
    assert away["data"]["points"]["60"][1] is None
    assert "went back from 2,695 to 0: Redis lost its data" in back["data"]["notice"]


def test_prometheus_gets_what_is_known_and_nothing_else(
    start: Start, redis_server: RedisServer, http: requests.Session
) -> None:
    redis_server.client.set("hashes", 12)
    webui = start("webui", REDIS_URL=redis_server.url)
    metrics = f"{webui.url}/metrics"
    wait_until(
        lambda: "dockercoins_hashes_total 12.0" in http.get(metrics).text, "metrics", WITHIN_S
    )
    redis_server.kill()
    wait_until(lambda: "dockercoins_redis_up 0.0" in http.get(metrics).text, "down", WITHIN_S)

    assert "dockercoins_hashes_total" not in http.get(metrics).text


def test_a_key_that_holds_no_number_is_said_without_the_place_in_a_script(
    start: Start, redis_server: RedisServer
) -> None:
    redis_server.client.hset("hashes", "not", "a number")
    webui = start("webui", REDIS_URL=redis_server.url)

    with viewer(webui) as events:
        said = next(
            event["data"]["state"]["words"]
            for event in (one for one in events if one["event"] == "message")
            if event["data"]["state"]["kind"] == "wrong"
        )
    assert said.startswith("Redis holds no numbers: WRONGTYPE ")
    assert "script" not in said
