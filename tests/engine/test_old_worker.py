"""What stays with the old worker of a HAProxy that is reloaded, and how it ends."""

import signal
import socket
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.live.old_worker import PERL, seconds
from lb.balancer import balancer
from lb.model import Control, Options
from lb.render import render
from lb.runtime import worker
from lb.socket import ask as ask_socket
from tests.lab.kept import ends, is_over
from tests.lab.waiting import until
from tests.lb.processes import bind, end, listener, needs, runtime, start_replica

pytestmark = [needs("haproxy"), needs("perl")]

GRACE_S = 4


@dataclass(frozen=True, slots=True)
class Reloadable:
    """A HAProxy with a master, on *port*, before a server; *follower* is how its end is spread."""

    master: subprocess.Popen[bytes]
    port: int
    folder: Path
    cleanup: ExitStack

    @property
    def admin(self) -> Path:
        return self.folder / "admin"

    def client(self, request: str) -> socket.socket:
        """Return a connection with *request*, which HAProxy has led to the server."""
        before = self.open()
        client = self.cleanup.enter_context(socket.create_connection(("127.0.0.1", self.port), 60))
        client.sendall(f"{request}\r\nHost: a\r\n\r\n".encode())
        until(lambda: self.open() > before, "the server has it")
        return client

    def open(self) -> int:
        return runtime(self.admin, "show sess all").count(" frontend=rng-80-in ")

    def follow(self, within_s: float = 30) -> subprocess.Popen[bytes]:
        """Start the program that ends what stays, and return once it is connected."""
        connected = self.folder / "connected"
        words = (str(self.admin), str(connected), str(GRACE_S), str(within_s))
        program = subprocess.Popen(["perl", "-e", PERL, *words])
        self.cleanup.callback(end, program)
        until(connected.exists, "it is connected")
        return program

    def reload(self) -> None:
        before = self.worker()
        self.master.send_signal(signal.SIGUSR2)
        until(lambda: self.worker() not in {0, before}, "another worker answers")

    def worker(self) -> int:
        try:
            return worker(lambda line: ask_socket(self.admin, line))
        except OSError:
            return 0


@pytest.fixture
def reloadable(tmp_path: Path, cleanup: ExitStack, request: pytest.FixtureRequest) -> Reloadable:
    address, _ = start_replica("rng1", cleanup)
    listening = listener(cleanup)
    configuration = balancer(
        "rng",
        {80: [address]},
        options=Options.parse(f"mode={request.param}"),
        names="hosts",
        binds={80: bind(listening)},
        control=Control(health_port=None, socket=str(tmp_path / "admin")),
    )
    file = tmp_path / "haproxy.cfg"
    file.write_text(render(replace(configuration, hard_stop_s=GRACE_S)))
    words = ["haproxy", "-W", "-db", "-f", str(file)]
    log = cleanup.enter_context((tmp_path / "haproxy.log").open("wb"))
    master = subprocess.Popen(words, pass_fds=[listening.fileno()], stdout=log, stderr=log)
    cleanup.callback(end, master)
    made = Reloadable(master, int(listening.getsockname()[1]), tmp_path, cleanup)
    until(lambda: made.worker() > 0, "HAProxy answers")
    return made


@pytest.mark.parametrize("reloadable", ["tcp", "http"], indirect=True)
def test_kept_connections_end_one_after_the_other_the_oldest_first(reloadable: Reloadable) -> None:
    clients = [reloadable.client("GET /endless HTTP/1.1") for _ in range(4)]
    for client in clients:
        assert client.recv(9) == b"HTTP/1.1 "

    program = reloadable.follow()
    reloadable.reload()
    turns = ends(clients)

    assert [client for some in turns for client in some] == clients
    assert len(turns) > 1
    assert program.wait(60) == 0


@pytest.mark.parametrize("reloadable", ["http"], indirect=True)
def test_request_that_waits_for_its_answer_has_all_of_the_time(reloadable: Reloadable) -> None:
    slow = reloadable.client(f"GET /slow/{GRACE_S - 0.5} HTTP/1.1")  # from before the reload on
    kept = reloadable.client("GET /endless HTTP/1.1")

    program = reloadable.follow()
    reloadable.reload()
    answer = slow.makefile("rb").readline()
    until(lambda: is_over(kept), "the other one is ended")

    assert answer.startswith(b"HTTP/1.1 200")
    assert program.wait(60) == 0


@pytest.mark.parametrize("reloadable", ["tcp"], indirect=True)
def test_without_a_reload_nothing_is_ended(reloadable: Reloadable) -> None:
    client = reloadable.client("GET /endless HTTP/1.1")

    assert reloadable.follow(within_s=1).wait(60) == 0
    assert reloadable.open() == 1
    assert not is_over(client)


@pytest.mark.parametrize(
    ("time", "wanted"),
    [("5s", 5), ("500ms", 0.5), ("2m", 120), ("1500", 1.5), ("1h", 3600)],
)
def test_times_are_read_as_haproxy_does(time: str, wanted: float) -> None:
    assert seconds(time) == wanted


@pytest.mark.parametrize("time", ["", "5 s", "s", "-5s", "1h30m"])
def test_what_is_no_time_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match=f"^{time}$"):
        seconds(time)
