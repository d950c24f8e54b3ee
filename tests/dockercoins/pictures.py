"""Pictures of DockerCoins' page in every state: ``python -m tests.dockercoins.pictures FOLDER``.

Real services, a real Redis and a real browser, with ten workers that say they are on three hosts.
"""

import re
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.dockercoins.browsing import browser, require_browser
from tests.dockercoins.running import RedisServer, Running, Start, starter

WORKERS, HOSTS = 10, 3
SCREEN, PHONE = (1280, 720), (360, 740)
# What a lecture hall has: old and present projectors, and a wall of screens.
PROJECTORS = {"projector-4-3": (1024, 768), "projector": (1920, 1080), "wall": (3840, 2160)}
WITHIN_MS = 60_000

Services = dict[str, list[Running]]


def main(folder: Path, minute_s: float = 62) -> None:
    """Write the pictures into *folder*.

    Args:
        folder: Where; made if it is not there.
        minute_s: How long to let them work first, so that the graph is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as cleanup:
        work = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        redis_server = RedisServer(work, cleanup).start()
        services = _coins(starter(work, cleanup), redis_server)
        webui = services["webui"][0]
        chromium = cleanup.enter_context(browser(require_browser()))
        time.sleep(minute_s)
        pages = {
            "live": _page(chromium, webui, "live", SCREEN, "light", "all"),
            "hosts": _page(chromium, webui, "live", SCREEN, "light", "per host"),
            "dark": _page(chromium, webui, "live", SCREEN, "dark", "per host"),
            "phone": _page(chromium, webui, "live", PHONE, "dark", "per worker"),
        }
        pages |= {
            name: _page(chromium, webui, "live", size, "light", "per host")
            for name, size in PROJECTORS.items()
        }
        for name, page in pages.items():
            page.screenshot(path=folder / f"{name}.png", full_page=name == "phone")
        _take_states(pages["hosts"], redis_server, services, folder)


def _take_states(page: Any, redis_server: RedisServer, services: Services, folder: Path) -> None:
    def take(name: str, words: str | re.Pattern[str], where: str = "#words") -> None:
        page.locator(where, has_text=words).wait_for(timeout=WITHIN_MS)
        page.screenshot(path=folder / f"{name}.png")

    redis_server.kill()
    take("away", re.compile("Redis is away, since 1[2-9] s|since [2-5][0-9] s"))
    redis_server.start()
    take("back", "live")
    redis_server.client.set("hashes", 0)
    take("went-back", "the counter went back from", "#notice")
    redis_server.client.rename("hashes", "kept")
    redis_server.client.hset("hashes", "not", "a number")
    take("wrong", "Redis holds no numbers")
    redis_server.client.rename("kept", "hashes")
    take("right-again", "live")
    for rng in services["rng"]:
        rng.stop()
    take("idle", re.compile("workers on 3 hosts, but nothing was counted"))
    for worker in services["worker"]:
        worker.stop()
    take("none", "no workers")
    services["webui"][0].stop()
    take("lost", "reconnecting")


def _coins(start: Start, redis_server: RedisServer) -> Services:
    webui = start("webui", REDIS_URL=redis_server.url)
    hasher, rngs = start("hasher"), [start("rng") for _ in range(3)]
    workers = [
        start(
            "worker",
            REDIS_URL=redis_server.url,
            HASHER_URL=hasher.url,
            RNG_URL=rngs[number % len(rngs)].url,
            DOCKERCOINS_HOST=f"node{number % HOSTS + 1}",
        )
        for number in range(WORKERS)
    ]
    return {"rng": rngs, "worker": workers, "webui": [webui]}


def _page(
    chromium: Any, webui: Running, words: str, size: tuple[int, int], scheme: str, split: str
) -> Any:
    width, height = size
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(webui.url)
    _wait(page, words)
    page.locator("label", has_text=re.compile(f"^{split}$")).click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    return page


def _wait(page: Any, words: str | re.Pattern[str]) -> None:
    page.locator("#words", has_text=words).wait_for(timeout=WITHIN_MS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
