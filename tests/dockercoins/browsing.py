"""A real browser on our pages: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.dockercoins.running import wait_until

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def require_browser() -> str:
    """Return the path of Chromium; skip the test if it or Playwright is missing (in CI: fail)."""
    chromium = shutil.which("chromium")
    try:
        import playwright  # noqa: F401, PLC0415 - an extra that few installations have
    except ImportError:
        chromium = None
    if chromium:
        return chromium
    reason = "no chromium, or no playwright: `make browser` brings both"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def browser(chromium: str) -> Iterator:
    """Give a Playwright browser that runs *chromium* without a screen."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - see above

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


def assert_graph_follows(page: Any) -> None:
    """Make the window of *page* narrow and wide in turns: its graph never widens the page."""
    drawn, place = (f"document.querySelector('{name}')" for name in (".uplot", "#graph"))
    for width in (1280, 360) * 10:
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        wait_until(
            lambda: page.evaluate(f"{drawn}.offsetWidth === {place}.clientWidth"),
            f"a graph as wide as a page of {width}",
        )
