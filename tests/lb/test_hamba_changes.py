"""The entry point of the image as a real process: reloading, and the end."""

import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.hamba import configured
from lb.master import change
from lb.model import Address
from lb.render import render
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.image import Image, answers, outcome, wait_for, whole
from tests.lb.processes import await_begun, get, needs, start_replica

pytestmark = needs("haproxy")


def test_run_without_words_waits_for_a_configuration(image: Image, one: Address, port: int) -> None:
    image.start("run")

    done = image.call("reconfigure", port, one)

    assert (done.returncode, done.stderr) == (0, "reconfigured\n")
    wait_for(port, "one")


def test_run_without_words_goes_on_with_the_last_configuration(
    image: Image, one: Address, port: int
) -> None:
    first = image.start("run")
    image.call("reconfigure", port, one)
    first.send_signal(signal.SIGTERM)
    first.wait(60)

    image.start("run")

    wait_for(port, "one")


@pytest.mark.usefixtures("running")
def test_unchanged_configuration_reloads_nothing(image: Image, one: Address, port: int) -> None:
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
@pytest.mark.usefixtures("running")
def test_refused_configuration_changes_nothing(
    words: tuple[str, ...], code: int, image: Image, port: int
) -> None:
    done = image.call("reconfigure", *words)

    assert done.returncode == code
    assert "\n  fix: " in done.stderr
    assert get(port) == (200, "one")


@pytest.mark.usefixtures("running")
def test_last_good_configuration_comes_back_when_the_new_one_cannot_listen(
    image: Image, one: Address, port: int, cleanup: ExitStack
) -> None:
    taken = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
    before = image.call("showconfig").stdout

    done = image.call("reconfigure", f"127.0.0.1:{taken.getsockname()[1]}", one)

    assert done.returncode == 1
    assert "keeps the old one" in done.stderr
    assert image.call("showconfig").stdout == before
    wait_for(port, "one")


@pytest.mark.usefixtures("running")
def test_no_request_fails_over_fifty_changes(
    image: Image, one: Address, two: Address, port: int, cleanup: ExitStack
) -> None:
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
        answer = (200, ("one", "two")[number % 2])
        before = found[answer]
        until(lambda: found[answer] > before, "an answer")  # noqa: B023 - called here alone
    done.set()
    for client in clients:
        client.join()

    # A connection from before the first change still leads to where it led.
    idle.sendall(b"GET / HTTP/1.0\r\n\r\n")

    assert set(found) == {(200, "one"), (200, "two")}
    assert image.workers() == 51
    assert b"one" in whole(idle)


def _text(words: list[str], environment: Mapping[str, str]) -> str:
    return render(configured(words, environment))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_idle_client_does_not_keep_it_from_stopping(
    number: signal.Signals,
    running: subprocess.Popen[bytes],
    image: Image,
    port: int,
    cleanup: ExitStack,
) -> None:
    until(lambda: not image.clients(), "those who looked whether it answers are gone")
    idle = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    until(image.clients, "it is accepted")

    running.send_signal(number)

    assert running.wait(60) == 0
    assert idle.recv(1) == b""


@pytest.mark.parametrize(
    ("seconds", "work_s", "answer"),
    [
        pytest.param("60", 6, b"one", id="longer than it gives of its own accord"),
        pytest.param("0.1", 60, b"", id="less than the request takes"),
    ],
)
def test_clients_have_the_seconds_that_it_is_told(
    seconds: str, work_s: float, answer: bytes, tmp_path: Path, cleanup: ExitStack
) -> None:
    (one, _), port = start_replica("one", cleanup), free_port()
    running = Image(tmp_path, cleanup, DCGEN_STOP_S=seconds).start(port, one)
    wait_for(port, "one")
    client = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    released = tmp_path / "released"
    client.sendall(f"GET /until{released} HTTP/1.0\r\n\r\n".encode())
    await_begun(released)

    running.send_signal(signal.SIGTERM)
    timer = threading.Timer(work_s, released.touch)
    timer.start()
    cleanup.callback(timer.cancel)

    assert whole(client).partition(b"\r\n\r\n")[2] == answer
    assert running.wait(60) == 0


def test_seconds_that_are_none_are_refused(
    tmp_path: Path, cleanup: ExitStack, one: Address, port: int
) -> None:
    done = Image(tmp_path, cleanup, DCGEN_STOP_S="soon").call(port, one)

    assert done.returncode == 1
    assert "DCGEN_STOP_S is 'soon'" in done.stderr


def test_request_in_flight_is_answered_before_it_stops(
    running: subprocess.Popen[bytes], image: Image, port: int, cleanup: ExitStack
) -> None:
    until(lambda: not image.clients(), "those who looked whether it answers are gone")
    late = cleanup.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    late.sendall(b"GET / HTTP/1.0\r\n")
    until(image.clients, "it is accepted")

    running.send_signal(signal.SIGTERM)
    until(lambda: answers(port, 1) == set(), "it accepts nobody")
    late.sendall(b"\r\n")

    assert whole(late).endswith(b"one")
    assert running.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGUSR2, signal.SIGHUP])
def test_signal_makes_it_read_its_configuration_again(
    number: signal.Signals, running: subprocess.Popen[bytes], image: Image, two: Address, port: int
) -> None:
    image.folder.config.write_text(image.call("showconfig", port, two).stdout)
    running.send_signal(number)

    wait_for(port, "two")


@pytest.mark.parametrize("number", [signal.SIGUSR2, signal.SIGHUP])
def test_signal_is_not_lost_while_the_master_executes_itself_anew(
    number: signal.Signals, image: Image, one: Address, two: Address, port: int
) -> None:
    later = _text([str(port), str(two)], image.environment)
    process = image.start(port, one)
    deadline = time.monotonic() + 30
    while not answers(port, 1) and time.monotonic() < deadline:
        pass  # without a pause: the worker answers before its master listens

    image.folder.config.write_text(later)
    process.send_signal(number)

    wait_for(port, "two")
