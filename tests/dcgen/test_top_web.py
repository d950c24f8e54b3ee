"""The page of `dcgen top`: who may read it, and what it is told."""

import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dcgen.top.broadcast import MOST_STREAMS
from dcgen.top.web import FILES, is_ours
from tests.engine.commands import DCGEN
from tests.lab.waiting import until

STATIC = Path(__file__).parents[2] / "dcgen" / "top" / "static"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is served at *port* of loopback by *popen*."""

    popen: subprocess.Popen[str]
    port: int
    cleanup: ExitStack

    def ask(self, path: str, method: str = "GET", host: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        self.cleanup.callback(connection.close)
        self.cleanup.callback(answer.close)
        return answer


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "<img src=x>.yml"
    path.write_text("services:\n  rng: {image: app}\n  hasher: {image: app}\n")
    return path


@pytest.fixture(scope="module")
def served(file: Path) -> Iterator[Page]:
    with ExitStack() as cleanup:
        yield _serve(file, cleanup)


@pytest.fixture
def page(served: Page, cleanup: ExitStack) -> Page:
    """Ask the one server of these tests; what is asked for ends with the test."""
    return replace(served, cleanup=cleanup)


def _serve(file: Path, cleanup: ExitStack) -> Page:
    words = [*DCGEN, "top", "--web", "0", "--engine", "process", "--interval", "0.5"]
    pipe = subprocess.PIPE
    popen = subprocess.Popen([*words, "-f", str(file)], stdout=pipe, stderr=pipe, text=True)
    cleanup.enter_context(popen)
    cleanup.callback(popen.kill)
    assert popen.stdout
    said = popen.stdout.readline()
    assert "http://127.0.0.1:" in said
    return Page(popen, int(said.split()[2].rpartition(":")[2]), cleanup)


def _event(answer: http.client.HTTPResponse) -> tuple[str, dict[str, Any]]:
    lines: dict[str, str] = {}
    while "data" not in lines:
        name, _, value = answer.readline().decode().strip().partition(": ")
        lines[name] = value
    return lines["event"], json.loads(lines["data"])


@pytest.mark.parametrize("path", FILES)
def test_every_file_is_served_with_the_headers_of_a_careful_page(page: Page, path: str) -> None:
    answer = page.ask(path)
    policy = answer.getheader("Content-Security-Policy", "")

    assert answer.status == 200
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Access-Control-Allow-Origin") is None
    assert "Python" not in answer.getheader("Server", "")


def test_every_file_of_the_page_can_be_had_and_none_is_inline() -> None:
    html = (STATIC / "index.html").read_text()

    assert {path.name for path in STATIC.iterdir()} == {
        path.name for path, _ in FILES.values() if path.parent == STATIC
    }
    assert " style=" not in html
    assert "<style" not in html
    assert html.count("<script") == html.count("<script src=")
    assert sum(path.stat().st_size for path, _ in FILES.values() if path.exists()) < 100_000


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8404", True),
        ("localhost:8404", True),
        ("localhost", True),
        ("LOCALHOST.:8404", True),
        ("[::1]:8404", True),
        ("192.0.2.7:8404", True),
        ("node1:8404", True),
        ("evil.example:8404", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:80", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_and_given_names_are_answered(host: str | None, *, ours: bool) -> None:
    assert is_ours(host, "node1") is ours


def test_a_name_that_leads_here_is_refused(page: Page) -> None:
    for path in ("/", "/samples", "/events"):
        answer = page.ask(path, host=f"evil.example:{page.port}")
        assert answer.status == 421
        assert b"generated" not in answer.read()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 501),
        ("DELETE", "/samples", 501),
        ("GET", "/../web.py", 404),
        ("GET", "/static/top.js", 404),
        ("GET", "/%2e%2e/web.py", 404),
    ],
)
def test_there_is_nothing_else(page: Page, method: str, path: str, status: int) -> None:
    assert page.ask(path, method).status == status


def test_a_viewer_gets_all_first_and_then_what_is_new(page: Page) -> None:
    stream = page.ask("/events")
    kind, everything = _event(stream)
    news = [_event(stream) for _ in range(2)]

    assert stream.getheader("Content-Type") == "text/event-stream"
    assert kind == "all"
    assert [kind for kind, _ in news] == ["news", "news"]
    assert [group["name"] for group in news[0][1]["sample"]["groups"]] == ["rng", "hasher"]
    assert set(everything) == {"series", "marks", "sample"}
    assert json.loads(page.ask("/samples").read())["sample"]["groups"]


def test_the_number_of_viewers_is_limited_and_their_places_are_given_back(
    file: Path, cleanup: ExitStack
) -> None:
    page = _serve(file, cleanup)
    with ExitStack() as viewers:
        crowded = replace(page, cleanup=viewers)
        statuses = [crowded.ask("/events").status for _ in range(MOST_STREAMS)]
        refused = page.ask("/events")
    until(lambda: page.ask("/events").status == 200, "a place is free again")

    assert set(statuses) == {200}
    assert (refused.status, refused.getheader("Retry-After")) == (503, "30")


def test_a_signal_ends_it(file: Path, cleanup: ExitStack) -> None:
    page = _serve(file, cleanup)
    stream = page.ask("/events")
    _event(stream)
    page.popen.send_signal(signal.SIGTERM)
    _, err = page.popen.communicate(timeout=60)

    assert (page.popen.returncode, err) == (130, "")


def _top(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*DCGEN, "top", "--engine", "process", "-f", str(file), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["--web", "http"], 2, "'http' names no port", id="no port"),
        pytest.param(["--web", "127.0.0.1:70000"], 2, "names no port", id="too large"),
        pytest.param(["--web", "a b:80"], 1, "neither a host name nor an IP", id="no address"),
        pytest.param(["--web", "8404", "--once"], 2, "a page is not printed", id="once"),
        pytest.param(["--web", "192.0.2.7:0"], 3, "cannot listen on port", id="not ours"),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    file: Path, words: list[str], code: int, said: str
) -> None:
    done = _top(file, *words)

    assert done.returncode == code
    assert said in done.stderr
    assert "fix: " in done.stderr


def test_a_port_that_is_taken_is_said(file: Path, cleanup: ExitStack) -> None:
    taken = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
    done = _top(file, "--web", str(taken.getsockname()[1]))

    assert done.returncode == 3
    assert "in use" in done.stderr
