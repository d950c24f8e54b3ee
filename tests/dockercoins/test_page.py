"""The page in a real browser: it moves with the units, stops with them, and recovers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dockercoins.browsing import assert_graph_follows, browser, require_browser
from tests.dockercoins.running import DOCKERCOINS, RedisServer, Start, wait_until

WITHIN_MS = 60_000
NOT_KNOWN = "\N{EN DASH}"
NUMBER = re.compile(r"^[\d,]+(\.\d)?$")
HAS_LIBRARY = (DOCKERCOINS / "webui" / "library" / "uPlot.iife.min.js").exists()
DRAWN = """() => {
  const canvas = document.querySelector("#graph canvas");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (const part of pixels) sum = (sum * 31 + part) % 1e9;
  return sum;
}"""

MOVING = """() => [...document.querySelectorAll("*")]
  .map((element) => getComputedStyle(element))
  .flatMap((style) => [style.animationName, style.transitionDuration])
  .filter((value) => value !== "none" && value !== "0s")"""


class Page:
    """A page that is open, and what its console said."""

    def __init__(self, opened: Any, url: str) -> None:
        self.opened, self.said = opened, list[str]()
        opened.set_default_timeout(WITHIN_MS)
        opened.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        opened.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        opened.goto(url)

    def wait_for(self, selector: str, text: str | re.Pattern[str]) -> str:
        """Wait until the element has *text* in it; return all of its text."""
        found = self.opened.locator(selector, has_text=text)
        found.wait_for(state="attached")
        return str(found.text_content())

    def number(self, selector: str) -> float:
        return float(self.wait_for(selector, NUMBER).replace(",", ""))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser(require_browser()) as started:
        yield started


@pytest.fixture
def coins(start: Start, redis_server: RedisServer) -> dict[str, Any]:
    hasher, rng = start("hasher"), start("rng")
    return {
        "redis": redis_server,
        "worker": start(
            "worker",
            REDIS_URL=redis_server.url,
            RNG_URL=rng.url,
            HASHER_URL=hasher.url,
            DOCKERCOINS_HOST="node1",
        ),
        "webui": start("webui", REDIS_URL=redis_server.url),
    }


def test_the_graph_moves_with_the_units_stops_with_them_and_recovers(
    chromium: Any, coins: dict[str, Any]
) -> None:
    page = Page(chromium.new_page(), coins["webui"].url)
    page.wait_for("#words", "live: 1 worker")
    first = page.number("#hashes")
    assert page.number("#speed") > 0
    wait_until(lambda: page.number("#hashes") > first, "more hashes", WITHIN_MS / 1000)
    if HAS_LIBRARY:
        before = page.opened.evaluate(DRAWN)
        wait_until(lambda: page.opened.evaluate(DRAWN) != before, "another graph", WITHIN_MS / 1000)

    coins["redis"].kill()
    page.wait_for("#words", "Redis is away, since")
    assert page.wait_for("#speed", NOT_KNOWN) == NOT_KNOWN
    assert page.opened.locator(".old:visible").count() == 2

    coins["redis"].start()
    page.wait_for("#words", "live: 1 worker")
    coins["redis"].client.set("hashes", 0)
    page.wait_for("#notice", "the counter went back from")
    coins["worker"].stop()
    page.wait_for("#words", "no workers: nothing was counted for")
    assert [line for line in page.said if line.startswith("error")] == []


def test_a_webui_that_is_gone_is_said_and_found_again(
    chromium: Any, coins: dict[str, Any], start: Start
) -> None:
    page = Page(chromium.new_page(), coins["webui"].url)
    page.wait_for("#words", "live")
    coins["webui"].stop()
    page.wait_for("#words", "reconnecting: no answer from webui")
    port = coins["webui"].url.rpartition(":")[2]
    start("webui", REDIS_URL=coins["redis"].url, PORT=port)

    page.wait_for("#words", "live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("split", ["all", "per host", "per worker"])
def test_axe_finds_nothing(chromium: Any, coins: dict[str, Any], scheme: str, split: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - see `require_browser`

    page = Page(chromium.new_page(color_scheme=scheme), coins["webui"].url)
    page.wait_for("#words", "live: 1 worker")
    page.opened.locator("label", has_text=re.compile(f"^{split}$")).click()
    page.opened.locator("summary").click()

    found = Axe().run(page.opened).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_arrow_keys_move_along_the_graph_and_a_reader_hears_the_number(
    chromium: Any, coins: dict[str, Any]
) -> None:
    page = Page(chromium.new_page(), coins["webui"].url)
    page.number("#speed")
    graph = page.opened.locator("#graph")
    graph.focus()

    def is_in_the_past() -> bool:
        page.opened.keyboard.press("ArrowLeft")
        return bool(re.match(r"[1-9]\d* s ago: ", graph.get_attribute("aria-valuetext")))

    wait_until(is_in_the_past, "a moment before now", WITHIN_MS / 1000)
    assert "hashes/s" in graph.get_attribute("aria-valuetext")
    assert int(graph.get_attribute("aria-valuenow")) < 0
    assert page.opened.locator("#status").get_attribute("role") == "status"


@pytest.mark.parametrize("size", [(360, 740), (1280, 720), (3840, 2160)], ids=str)
def test_nothing_runs_out_of_the_page(
    chromium: Any, start: Start, redis_server: RedisServer, size: tuple[int, int]
) -> None:
    redis_server.client.set("hashes", 1_234_567_890)
    webui = start("webui", REDIS_URL=redis_server.url)
    opened = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    page = Page(opened, webui.url)
    page.wait_for("#hashes", "1,234,567,890")

    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate(
        "[...document.querySelectorAll('dd')].every((e) => e.scrollWidth <= e.clientWidth + 1)"
    )


@pytest.mark.skipif(not HAS_LIBRARY, reason="no chart library: `make library` brings it")
def test_the_graph_follows_another_width_and_never_widens_the_page(
    chromium: Any, coins: dict[str, Any]
) -> None:
    opened = chromium.new_page()
    page = Page(opened, coins["webui"].url)
    page.number("#speed")
    assert_graph_follows(opened)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_who_wants_no_motion(
    chromium: Any, coins: dict[str, Any], motion: str
) -> None:
    opened = chromium.new_page(reduced_motion=motion)
    page = Page(opened, coins["webui"].url)
    page.number("#speed")
    coins["redis"].client.hset("wallet", "0" * 64, "a coin more")
    # Another coin turns it anew: for a frame nothing does.
    seen: list[list[str] | None] = []

    def turns() -> bool:
        seen.append(opened.evaluate(f"document.querySelector('#coin.found') && ({MOVING})()"))
        return seen[-1] is not None

    wait_until(turns, "a coin is found", WITHIN_MS / 1000)
    names = seen[-1]
    assert names == ([] if motion == "reduce" else ["flip"])


def test_without_the_library_there_are_numbers_and_a_table(
    chromium: Any, coins: dict[str, Any]
) -> None:
    opened = chromium.new_page()
    nothing = {"body": "", "content_type": "text/javascript"}
    opened.route("**/uPlot.js", lambda route: route.fulfill(**nothing))
    page = Page(opened, coins["webui"].url)
    page.number("#speed")

    page.wait_for("#empty", "the numbers are in the tables below")
    page.wait_for("#rows tr:first-child th", "now")
    assert [line for line in page.said if line.startswith("error")] == []
