"""The entry point of the image as a real process: hamba's verbs, reloading, and the end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults import UserError
from lb.hamba import configured
from lb.master import CLOSING_S, Folder, change
from lb.model import Address
from lb.render import render
from tests.lab.waiting import until
from tests.lb.processes import end, free_port, get, needs, start_replica

pytestmark = needs("haproxy")


class Image:
    """The image without Docker: the entry point, in a folder of its own."""

    def __init__(self, folder: Path, cleanup: ExitStack, **environment: str) -> None:
        self.folder, self.cleanup = Folder(folder / "run"), cleanup
        self.environment = {"DCGEN_RUN": str(self.folder.path), **environment}

    def start(self, *words: object) -> subprocess.Popen[bytes]:
        log = self.cleanup.enter_context((self.folder.path.parent / "log").open("ab"))
        process = subprocess.Popen(_command(words), env=self._all(), stdout=log, stderr=log)
        self.cleanup.callback(self._end, process)
        until(lambda: process.poll() is not None or self.folder.master.exists(), "it runs", 30)
        return process

    def call(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _command(words),
            env=self._all(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def workers(self) -> int:
        log = (self.folder.path.parent / "log").read_text()
        return log.count("New worker")

    def _all(self) -> Mapping[str, str]:
        return os.environ | self.environment

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # Its HAProxy must not be left behind.
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with ExitStack() as late:
                late.callback(end, process)
                process.wait(CLOSING_S + 5)


def _command(words: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "lb", *map(str, words)]


def wait_for(port: int, answer: str) -> None:
    def answered() -> bool:
        try:
            return get(port)[1] == answer
        except OSError:
            return False

    until(answered, f"port {port} answers {answer!r}", 30)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("{port} {one.host}:{one.port} {two.host}:{two.port}", id="host:port"),
        pytest.param("{port} {one.host} {one.port} {two.host} {two.port}", id="host port"),
        pytest.param("run {port} {one} {two}", id="run"),
        pytest.param("127.0.0.1:{port} {one} {two}", id="an address to listen on"),
    ],
)
@pytest.mark.parametrize("split", [str.split, lambda line: [line]], ids=["words", "one word"])
def test_every_spelling_balances_both_servers(
    shape: str, split: Callable[[str], list[str]], tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        one, two = start_replica("one", cleanup)[0], start_replica("two", cleanup)[0]
        port = free_port()
        line = shape.format(port=port, one=one, two=two)
        Image(tmp_path, cleanup).start(*split(line))

        until(lambda: answers(port, 6) == {"one", "two"}, "both answer", 30)


def answers(port: int, count: int) -> set[str]:
    try:
        return {get(port)[1] for _ in range(count)}
    except OSError:
        return set()


def test_several_ports_lead_to_their_own_servers(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, two = start_replica("one", cleanup)[0], start_replica("two", cleanup)[0]
        first, second = free_port(), free_port()
        Image(tmp_path, cleanup).start(first, one, "--", second, two)

        wait_for(first, "one")
        wait_for(second, "two")


def test_name_that_does_not_resolve_does_not_stop_the_others(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        Image(tmp_path, cleanup).start(port, "nobody.invalid:80", one)

        wait_for(port, "one")


def test_run_without_words_waits_for_a_configuration(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        image = Image(tmp_path, cleanup)
        image.start("run")

        done = image.call("reconfigure", port, one)

        assert (done.returncode, done.stderr) == (0, "reconfigured\n")
        wait_for(port, "one")


def test_run_without_words_goes_on_with_the_last_configuration(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        image = Image(tmp_path, cleanup)
        first = image.start("run")
        image.call("reconfigure", port, one)
        first.send_signal(signal.SIGTERM)
        first.wait(CLOSING_S + 5)

        image.start("run")

        wait_for(port, "one")


def test_unchanged_configuration_reloads_nothing(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        image = Image(tmp_path, cleanup)
        image.start(port, one)
        wait_for(port, "one")

        done = image.call("reconfigure", port, one)

        assert done.stderr == "unchanged: nothing to reload\n"
        assert image.workers() == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("nonsense",), 2, id="no route"),
        pytest.param((), 2, id="nothing"),
        pytest.param(("host.invalid:80", "127.0.0.1:9"), 1, id="refused by haproxy"),
    ],
)
def test_refused_configuration_changes_nothing(
    words: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        image = Image(tmp_path, cleanup)
        image.start(port, one)
        wait_for(port, "one")

        done = image.call("reconfigure", *words)

        assert done.returncode == code
        assert "\n  fix: " in done.stderr
        assert get(port) == (200, "one")


def test_last_good_configuration_comes_back_when_the_new_one_cannot_listen(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        taken = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        image = Image(tmp_path, cleanup)
        image.start(port, one)
        wait_for(port, "one")
        before = image.call("showconfig").stdout

        done = image.call("reconfigure", f"127.0.0.1:{taken.getsockname()[1]}", one)

        assert done.returncode == 1
        assert "keeps the old one" in done.stderr
        assert image.call("showconfig").stdout == before
        wait_for(port, "one")


def test_no_request_fails_over_fifty_changes(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, two = start_replica("one", cleanup)[0], start_replica("two", cleanup)[0]
        port = free_port()
        image = Image(tmp_path, cleanup)
        image.start(port, one)
        wait_for(port, "one")
        idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        done = threading.Event()
        found: Counter[object] = Counter()

        def ask() -> None:
            while not done.is_set():
                found[outcome(port)] += 1

        clients = [threading.Thread(target=ask) for _ in range(3)]
        for client in clients:
            client.start()
        cleanup.callback(done.set)
        environment = image.environment
        for number in range(50):
            words = [str(port), str((one, two)[number % 2]), "127.0.0.1:9"]
            change(image.folder, _text(words, environment))
        done.set()
        for client in clients:
            client.join()

        # A connection from before the first change still leads to where it led.
        idle.sendall(b"GET / HTTP/1.0\r\n\r\n")

        assert set(found) == {(200, "one"), (200, "two")}
        assert min(found.values()) > 50
        assert image.workers() == 51
        assert b"one" in whole(idle)


def whole(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answer:
        return answer.read()


def outcome(port: int) -> object:
    try:
        return get(port)
    except OSError as error:
        return repr(error)


def _text(words: list[str], environment: Mapping[str, str]) -> str:
    return render(configured(words, environment))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_idle_client_does_not_keep_it_from_stopping(number: signal.Signals, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        process = Image(tmp_path, cleanup).start(port, one)
        wait_for(port, "one")
        idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))

        process.send_signal(number)

        assert process.wait(CLOSING_S + 4) == 0
        assert idle.recv(1) == b""


def test_request_in_flight_is_answered_before_it_stops(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port = free_port()
        process = Image(tmp_path, cleanup).start(port, one)
        wait_for(port, "one")
        late = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        late.sendall(b"GET / HTTP/1.0\r\n")

        process.send_signal(signal.SIGTERM)
        until(lambda: answers(port, 1) == set(), "it accepts nobody", 5)
        late.sendall(b"\r\n")

        assert whole(late).endswith(b"one")
        assert process.wait(CLOSING_S + 4) == 0


@pytest.mark.parametrize("number", [signal.SIGUSR2, signal.SIGHUP])
def test_signal_makes_it_read_its_configuration_again(
    number: signal.Signals, tmp_path: Path
) -> None:
    with ExitStack() as cleanup:
        one, two = start_replica("one", cleanup)[0], start_replica("two", cleanup)[0]
        port = free_port()
        image = Image(tmp_path, cleanup)
        process = image.start(port, one)
        wait_for(port, "one")

        image.folder.config.write_text(image.call("showconfig", port, two).stdout)
        process.send_signal(number)

        wait_for(port, "two")


def test_admin_shows_statistics(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        one, _ = start_replica("one", cleanup)
        port, admin = free_port(), free_port()
        Image(tmp_path, cleanup, ADMIN=f"127.0.0.1:{admin}").start(port, one)
        wait_for(port, "one")

        assert "balancer-" in get(admin, "/haproxy?stats")[1]


def test_options_come_from_the_environment(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        image = Image(tmp_path, cleanup, DCGEN_OPTIONS="mode=http balance=random", DCGEN_NAME="web")

        text = image.call("showconfig", 80, "a:1", "b:1").stdout

    assert "\n    mode http\n" in text
    assert "\nbackend web-80\n    balance random\n" in text


def test_debugconfig_shows_what_haproxy_says(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        image = Image(tmp_path, cleanup)

        good = image.call("debugconfig", 80, "a:1")
        bad = image.call("debugconfig", "host.invalid:80", "a:1")

    assert (good.returncode, good.stderr) == (0, "HAProxy accepts it\n")
    assert bad.returncode == 1
    assert "\nfrontend balancer-80-in\n" in bad.stdout
    assert "host.invalid" in bad.stderr


def test_link_is_taken_from_the_hosts_file(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n192.0.2.7\tdb 0a1b2c # a link\n")

    made = configured(["80", "db:1", "0a1b2c:1", "elsewhere:1"], {}, hosts)

    assert [(server.name, server.address) for server in made.proxies[0].servers] == [
        ("db", Address("192.0.2.7", 1)),
        ("0a1b2c", Address("192.0.2.7", 1)),
        ("elsewhere", Address("elsewhere", 1)),
    ]


def test_nothing_to_balance_is_not_healthy() -> None:
    assert configured([], {}).proxies == ()


def test_page_and_service_cannot_share_a_port() -> None:
    with pytest.raises(UserError, match="port 80 is the service's"):
        configured(["80", "a:1"], {"ADMIN": "80"})
