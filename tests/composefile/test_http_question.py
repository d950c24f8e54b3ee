"""Which health checks are a plain HTTP request, by what curl and wget themselves send."""

import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from composefile.http_question import HttpQuestion, NotUnderstoodError, http_question
from tests.lb.processes import needs

PORT = "PORT"  # stands for the port of the server


class Recorder(ThreadingHTTPServer):
    """A server that keeps what it is asked: the target and the host."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, str]] = []


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Recorder)
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(200)
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def recorder(cleanup: ExitStack) -> Recorder:
    server = cleanup.enter_context(Recorder())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    cleanup.callback(server.shutdown)
    return server


def run(test: Sequence[str]) -> int:
    """Run *test* as Docker does, and return its exit code."""
    kind, *rest = test
    command = rest if kind == "CMD" else ["sh", "-c", (rest or test)[0]]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@needs("curl")
@needs("wget")
@pytest.mark.parametrize(
    "test",
    [
        pytest.param(["curl -f http://localhost:PORT/ok"], id="a text"),
        pytest.param(["CMD", "curl", "-fsS", "http://127.0.0.1:PORT/ok"], id="words"),
        pytest.param(["CMD-SHELL", "curl -f http://localhost:PORT || exit 1"], id="no path"),
        pytest.param(["curl --fail -s localhost:PORT/ok >/dev/null 2>&1 || false"], id="silent"),
        pytest.param(["CMD", "curl", "-f", "http://localhost:PORT/?a=1&b=2"], id="ampersand"),
        pytest.param(["curl -f 'http://localhost:PORT/?a=1&b=2'"], id="ampersand in quotes"),
        pytest.param(["curl -sfo /dev/null -m 5 http://localhost:PORT/ok#top"], id="a fragment"),
        pytest.param(["curl -fIL --retry 2 --url http://localhost:PORT/ok"], id="HEAD"),
        pytest.param(["curl -f -X GET http://localhost:PORT/ok"], id="GET, said"),
        pytest.param(
            ["curl -f -H 'Host: shop.example' http://localhost:PORT/ok"], id="a host of its own"
        ),
        pytest.param(["CMD", "sh", "-c", "curl -f http://localhost:PORT/ok"], id="a shell"),
        pytest.param(
            ["curl -fs -w '%{http_code}' http://localhost:PORT/ok -o /dev/null"], id="its report"
        ),
        pytest.param(["wget -qO- http://localhost:PORT/ok"], id="wget"),
        pytest.param(["CMD", "wget", "--spider", "-q", "127.0.0.1:PORT/ok"], id="a spider"),
        pytest.param(
            ["wget --no-verbose --tries=1 -O /dev/null http://localhost:PORT/ok || exit 1"],
            id="wget's long options",
        ),
        pytest.param(["wget -nv -t1 -T 5 -O- http://localhost:PORT/ok"], id="wget's short ones"),
        pytest.param(
            ["wget -q --header='Host: shop.example' -O- http://localhost:PORT/ok"],
            id="wget with a host",
        ),
    ],
)
def test_what_is_asked_is_what_the_client_sends(test: list[str], recorder: Recorder) -> None:
    port = recorder.server_address[1]
    test = [word.replace(PORT, str(port)) for word in test]

    found = http_question(test)

    assert run(test) == 0
    assert recorder.asked[-1] == (found.path, found.host)
    assert found.port == port


def test_port_is_that_of_http_unless_it_is_said() -> None:
    assert http_question(["curl -f localhost"]) == HttpQuestion(80, "/", "localhost")


@pytest.mark.parametrize(
    ("test", "seconds"),
    [
        pytest.param("curl -f -m 2.5 localhost", 2.5, id="curl"),
        pytest.param("curl -f --max-time=3 localhost", 3, id="curl's long option"),
        pytest.param("wget -T 4 localhost", 4, id="wget"),
        pytest.param("curl -f -m 0 localhost", None, id="no limit"),
    ],
)
def test_time_limit_of_the_client_is_kept(test: str, seconds: float | None) -> None:
    assert http_question([test]).within_s == seconds


@pytest.mark.parametrize(
    ("test", "why"),
    [
        pytest.param([], "there is none", id="none"),
        pytest.param(["NONE"], "there is none", id="disabled"),
        pytest.param(["CMD", "pg_isready", "-U", "app"], "'pg_isready' is not curl", id="tool"),
        pytest.param(["curl localhost"], "whatever the answer is", id="any answer is a success"),
        pytest.param(["curl -fd a=1 localhost"], "option -d not recognized", id="a body"),
        pytest.param(["curl -f --unix-socket /s localhost"], "--unix-socket", id="a socket"),
        pytest.param(["curl -fu a:b localhost"], "option -u", id="a password"),
        pytest.param(["curl -f -H 'X-Key: 1' localhost"], "the header 'X-Key'", id="a header"),
        pytest.param(["curl -f -X POST localhost"], "curl sends POST", id="a method"),
        pytest.param(["curl -f localhost localhost/a"], "it has 2 URLs", id="two questions"),
        pytest.param(["curl -f https://localhost"], "not a plain URL", id="TLS"),
        pytest.param(["curl -f http://shop.example/"], "not a plain URL", id="another host"),
        pytest.param(["curl -f http://a:b@localhost/"], "not a plain URL", id="a user"),
        pytest.param(["curl -f localhost/$$PATH"], "it has a variable", id="a variable"),
        pytest.param(["curl -f localhost/a&b=2"], "more than to ask: '&'", id="background"),
        pytest.param(["curl -f localhost | grep ok"], "more than to ask: '|'", id="its body"),
        pytest.param(["curl -f localhost && test -f /ok"], "to ask: '&&'", id="another condition"),
        pytest.param(["curl -f localhost || exit 0"], "to ask: '||'", id="never a failure"),
        pytest.param(["curl -f localhost || kill 1"], "to ask: '||'", id="a consequence"),
        pytest.param(["curl -f localhost; true"], "to ask: ';'", id="always well"),
        pytest.param(["curl -f localhost >/tmp/a"], "to ask: '>'", id="a file"),
        pytest.param(["curl -f 'localhost"], "quotes do not close", id="half a quote"),
        pytest.param(["! curl -f localhost"], "'!' is not curl", id="a failure is a success"),
        pytest.param(["wget -q --post-data=a localhost"], "--post-data", id="wget with a body"),
        pytest.param(["DCMD", "curl"], "it begins with 'DCMD'", id="no form of Compose"),
    ],
)
def test_anything_else_is_not_understood(test: list[str], why: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        http_question(test)

    assert why in str(caught.value)
