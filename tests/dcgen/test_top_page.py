"""The page of `dcgen top` in a real browser, on a run of processes with a real HAProxy."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from dcgen.top.web import LIBRARY
from tests.dockercoins.browsing import assert_graph_follows, browser, require_browser
from tests.engine.commands import DCGEN, Up, dcgen
from tests.lab.ports import free_port

WITHIN_MS = 60_000
WORKER = "import time\nwhile True:\n    print('5 units', flush=True)\n    time.sleep(0.2)\n"
SERVER = """
import http.server, os
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])),
    http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture(scope="module")
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def chromium(cleanup: ExitStack) -> Any:
    return cleanup.enter_context(browser(require_browser()))


def _build(folder: Path, source: str, port: str = "") -> Path:
    folder.mkdir()
    (folder / "Dockerfile").write_text(f'FROM python\n{port}\nCMD ["python", "main.py"]\n')
    (folder / "main.py").write_text(source)
    return folder


@pytest.fixture(scope="module")
def file(cleanup: ExitStack) -> Path:
    """Run rng with two replicas, and a worker, from a file whose name is HTML."""
    folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="top-")))
    patch = pytest.MonkeyPatch()
    cleanup.callback(patch.undo)
    patch.setenv("XDG_RUNTIME_DIR", str(folder))
    source, made = folder / "compose.yml", folder / "<b>x.yml"
    rng, worker = folder / "rng", folder / "worker"
    source.write_text(
        f"services:\n  rng:\n    build: {_build(rng, SERVER, 'EXPOSE 80')}\n"
        f"    ports: ['127.0.0.1:{free_port()}:80']\n"
        f"  worker:\n    build: {_build(worker, WORKER)}\n"
        "    labels: {dcgen.count: '(\\d+) units'}\n"
    )
    done = dcgen("scale", "rng", "2", "-f", str(source), "-o", str(made))
    assert done.returncode == 0, done.stderr
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    return made


@pytest.fixture(scope="module")
def url(file: Path, cleanup: ExitStack) -> str:
    words = [*DCGEN, "top", "--web", "0", "--interval", "0.5", "--limit", "rng=10"]
    popen = subprocess.Popen([*words, "-f", str(file)], stdout=subprocess.PIPE, text=True)
    cleanup.enter_context(popen)
    cleanup.callback(popen.terminate)
    assert popen.stdout
    return popen.stdout.readline().split()[2]


@pytest.fixture
def page(chromium: Any, url: str) -> Iterator[Any]:
    said = list[str]()
    opened = chromium.new_page()
    opened.set_default_timeout(WITHIN_MS)
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(f"error: {error}"))
    opened.goto(url)
    opened.locator("#state", has_text="● live").wait_for()
    opened.locator("#now", has_text=re.compile(r"\d\.\d")).wait_for()
    yield opened
    opened.close()
    assert said == []


def test_the_page_shows_speed_shares_and_replicas(page: Any, file: Path) -> None:
    page.locator("#shares li").nth(1).wait_for()  # speeds need a second sample
    rows = page.locator("#rows th").all_text_contents()

    assert rows == ["rng", "rng-1 (balancer)", "rng1", "rng2", "worker"]
    assert page.locator("#unit").text_content() == "units/s of worker"
    assert page.locator("#file").text_content() == str(file)
    assert page.locator("#shares li").count() == 2
    assert page.locator("#graph canvas").count() == (
        1 if LIBRARY.joinpath("LICENSE").exists() else 0
    )
    page.locator("label", has_text="rng requests").click()
    page.locator("#limit", has_text="limit 20.0").wait_for()


def test_what_changes_is_said_and_undone(page: Any, file: Path) -> None:
    dcgen("lb", "drain", "rng2", "-f", str(file))
    page.locator("#marks li", has_text="rng2 drained").first.wait_for()
    page.locator("#shares .unwell", has_text="rng2").wait_for()
    dcgen("lb", "ready", "rng2", "-f", str(file))
    page.locator("#marks li", has_text="rng2 ready").first.wait_for()

    assert page.locator("#marks").get_attribute("aria-live") == "polite"


def test_a_moment_can_be_read_by_keys(page: Any) -> None:
    if not LIBRARY.joinpath("LICENSE").exists():
        pytest.skip("no chart library: `make library` brings it")
    graph = page.locator("#graph")
    graph.press("End")
    page.locator("#readout", has_text=re.compile(r"^now: \d+\.\d units/s$")).wait_for()
    graph.press("ArrowLeft")
    page.locator("#readout", has_text=re.compile(r"^[1-9]\d* s ago: \d+\.\d units/s$")).wait_for()

    assert re.match(r"[1-9]\d* s ago: ", graph.get_attribute("aria-valuetext"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - see `require_browser`

    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("size", [(360, 740), (1280, 720), (3840, 2160)], ids=str)
def test_nothing_runs_out_of_the_page(page: Any, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_graph_follows_another_width_and_never_widens_the_page(page: Any) -> None:
    if not LIBRARY.joinpath("LICENSE").exists():
        pytest.skip("no chart library: `make library` brings it")
    assert_graph_follows(page)


@pytest.mark.parametrize("picked", [False, True], ids=["at first", "after another was picked"])
def test_counted_work_that_comes_later_is_shown_unless_another_was_picked(
    chromium: Any,
    page: Any,  # noqa: ARG001 - both speeds are known now
    url: str,
    picked: bool,  # noqa: FBT001 - a case
) -> None:
    told = json.loads(urlopen(f"{url}/samples", timeout=60).read())
    sent = [{**told, "series": [one for one in told["series"] if one["what"] == "requests/s"]}]
    opened = chromium.new_page()
    opened.set_default_timeout(WITHIN_MS)

    def answer(route: Any) -> None:  # the page asks again after each
        text = f"retry: 200\nevent: all\ndata: {json.dumps(sent[-1])}\n\n"
        route.fulfill(content_type="text/event-stream", body=text)

    opened.route("**/events", answer)
    opened.goto(url)
    requests = opened.locator("#series label", has_text="rng requests/s")
    requests.wait_for()
    if picked:
        requests.click()
    sent.append(told)
    opened.locator("#series label", has_text="worker units/s").wait_for()

    what, of = ("requests/s", "rng") if picked else ("units/s", "worker")
    assert opened.locator("#unit").text_content() == f"{what} of {of}"
    assert opened.locator("#series input:checked + span").text_content() == f"{of} {what}"
    assert opened.locator("#series label").first.text_content() == "worker units/s"
    opened.close()


def test_without_the_library_there_are_numbers_and_a_table(chromium: Any, url: str) -> None:
    opened = chromium.new_page()
    opened.set_default_timeout(WITHIN_MS)
    nothing = {"body": "", "content_type": "text/javascript"}
    opened.route("**/uPlot.js", lambda route: route.fulfill(**nothing))
    opened.goto(url)

    opened.locator("#empty", has_text="the numbers are in the table below").wait_for()
    opened.locator("#rows th", has_text="rng2").wait_for()
    assert opened.locator("#now").text_content() != ""
