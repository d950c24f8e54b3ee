"""What replicas learn of a client behind a real HAProxy: its address, and whose cookie it has."""

import http.client
import re
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import make_server

from lb.balancer import balancer
from lb.model import Address, Control
from lb.options import ChosenOptions
from tests.lab.waiting import until
from tests.lb.processes import bind, listener, needs, start_haproxy, start_replica, wait_for_status

pytestmark = needs("haproxy")
ADMIN = "admin"


class Told(StreamRequestHandler):
    """A replica that wants a line of the PROXY protocol, and answers with the address in it."""

    def handle(self) -> None:
        line = self.rfile.readline().decode()
        while line.startswith("PROXY ") and self.has_request():
            body = line.split()[2] if "TCP4" in line else "unknown"
            answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            self.wfile.write(answer.encode())

    def has_request(self) -> bool:
        line = self.rfile.readline()
        while line not in (b"\r\n", b""):
            line = self.rfile.readline()
        return bool(line)


class Silent(StreamRequestHandler):
    """A replica that closes each connection without an answer."""

    def handle(self) -> None:
        self.rfile.readline()


class Listener(ThreadingTCPServer):
    daemon_threads = True


def started(kind: type[StreamRequestHandler], cleanup: ExitStack) -> Address:
    server = cleanup.enter_context(Listener(("127.0.0.1", 0), kind))
    Thread(target=server.serve_forever, daemon=True).start()
    cleanup.callback(server.shutdown)
    return Address("127.0.0.1", server.server_address[1])


def balanced(servers: list[Address], words: str, folder: Path, cleanup: ExitStack) -> int:
    """Return the port of an HAProxy in front of *servers*."""
    listening = listener(cleanup)
    configuration = balancer(
        "web",
        {80: servers},
        options=ChosenOptions.parse(words).complete(),
        names="hosts",
        binds={80: bind(listening)},
        control=Control(health_port=None, socket=str(folder / ADMIN)),
    )
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])
    return int(listening.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    cookie: str


def ask(port: int, client: str, path: str = "/", *forwarded: str) -> Answer:
    """Return the answer to a GET of *client*, an address of this machine, behind other proxies."""
    with closing(
        http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(client, 0))
    ) as connection:
        connection.putrequest("GET", path)
        for line in forwarded:
            connection.putheader("X-Forwarded-For", line)
        connection.endheaders()
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie") or ""
        return Answer(answer.status, answer.read().decode(), cookie)


@pytest.mark.parametrize("words", ["", "mode=http", "health-path=/", "mode=http health-path=/"])
def test_replicas_are_told_the_address_of_each_client(words: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        server = started(Told, cleanup)
        port = balanced([server], f"{words} proxy-protocol=yes", tmp_path, cleanup)
        checked = "L7OK" if "health" in words else "L4OK"
        wait_for_status(tmp_path / ADMIN, "web-80,127.0.0.1", "UP", checked)

        # In turn, on connections that HAProxy may use again: each must tell its own client.
        clients = ["127.0.0.2", "127.0.0.3"] * 3
        answers = [ask(port, client).body for client in clients]

    assert answers == clients


FORWARDED = [
    pytest.param((), "[127.0.0.2]", id="no proxy before"),
    pytest.param(("192.0.2.1",), "[192.0.2.1, 127.0.0.2]", id="one"),
    pytest.param(("192.0.2.1, 192.0.2.2",), "[192.0.2.1, 192.0.2.2, 127.0.0.2]", id="two"),
    pytest.param(
        ("192.0.2.1", "192.0.2.2"), "[192.0.2.1][192.0.2.2][127.0.0.2]", id="of several lines"
    ),
]


@pytest.mark.parametrize(("before", "lines"), FORWARDED)
def test_x_forwarded_for_is_one_header_that_goes_on(before, lines: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        server, _ = start_replica("one", cleanup)
        port = balanced([server], "mode=http", tmp_path, cleanup)

        assert ask(port, "127.0.0.2", "/forwarded", *before).body == lines


STICKY = [
    pytest.param("sticky=yes", [20, 20, 20], id="by a cookie"),
    pytest.param("sticky=yes mode=tcp", [0, 0, 60], id="by address"),
]


@pytest.mark.parametrize(("words", "shares"), STICKY)
def test_clients_behind_one_proxy_are_told_apart_by_a_cookie(
    words: str, shares: list[int], tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        servers = [start_replica(f"web{number}", cleanup)[0] for number in (1, 2, 3)]
        options = f"balance=roundrobin {words}"
        port = balanced(servers, options, tmp_path, cleanup)

        answers = [ask(port, "127.0.0.2").body for _ in range(60)]

    assert sorted(answers.count(f"web{number}") for number in (1, 2, 3)) == shares


def test_framework_that_believes_the_balancer_sees_the_client(tmp_path: Path) -> None:
    """The line for Flask in docs/applications.md."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: str(request.remote_addr))
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)
    with ExitStack() as cleanup:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        cleanup.callback(server.server_close)
        cleanup.callback(server.shutdown)
        address = Address("127.0.0.1", server.server_port)
        port = balanced([address], "mode=http", tmp_path, cleanup)

        # The last address is what HAProxy saw; whatever the client claims comes before it.
        assert ask(port, "127.0.0.2", "/", "192.0.2.1").body == "127.0.0.2"


def test_cookie_and_log_carry_the_name_of_the_service(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        servers = [start_replica(f"web{number}", cleanup)[0] for number in (1, 2)]
        words = "mode=http sticky=yes log=access"
        port = balanced(servers, words, tmp_path, cleanup)

        assert re.match(r"web-80-server=\S+; path=/", ask(port, "127.0.0.2").cookie)
        log = tmp_path / "haproxy.log"  # HAProxy writes a line once it has answered
        until(lambda: " web-80-in web-80/" in log.read_text(), "the log names the service")


LIMITS = [
    pytest.param("", 14_000, 200, id="a header that fits"),
    pytest.param("", 20_000, 400, id="one that does not"),
    pytest.param("bufsize=32768", 20_000, 200, id="a larger buffer"),
]


@pytest.mark.parametrize(("words", "size", "status"), LIMITS)
def test_header_has_room_for(words: str, size: int, status: int, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        server, _ = start_replica("one", cleanup)
        port = balanced([server], f"mode=http {words}", tmp_path, cleanup)

        assert ask(port, "127.0.0.2", "/", "1" * size).status == status


@pytest.mark.parametrize(
    ("words", "size", "status"),
    [("", 14_000, 200), ("", 20_000, 502), ("bufsize=32768", 20_000, 200)],
)
def test_header_of_an_answer_has_room_for(
    words: str, size: int, status: int, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        server, _ = start_replica("one", cleanup)
        port = balanced([server], f"mode=http {words}", tmp_path, cleanup)

        assert ask(port, "127.0.0.2", f"/header/{size}").status == status


@pytest.mark.parametrize(("words", "status"), [("", 400), ("maxhdr=300", 200)])
def test_header_may_have_lines(words: str, status: int, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        server = started(Told, cleanup)
        port = balanced([server], f"mode=http proxy-protocol=yes {words}", tmp_path, cleanup)

        assert ask(port, "127.0.0.2", "/", *["192.0.2.1"] * 150).status == status


@pytest.mark.parametrize(("retry", "statuses"), [("yes", {200}), ("no", {200, 502})])
def test_get_is_repeated_only_with_retries(retry: str, statuses: set[int], tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        servers = [start_replica("one", cleanup)[0], started(Silent, cleanup)]
        words = f"mode=http balance=roundrobin retry={retry}"
        port = balanced(servers, words, tmp_path, cleanup)

        assert {ask(port, "127.0.0.2").status for _ in range(4)} == statuses
