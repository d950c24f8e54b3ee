"""A host by ssh is reached through one connection; a real sshd on loopback."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from engine.hosts import DEFAULT_HOST, Host
from engine.hosts.connections import opened
from engine.streams import Everywhere, HostDone, HostLine
from faults import HostError
from tests.engine.sshd import SSHD, Sshd, running
from tests.lab.waiting import until

pytestmark = pytest.mark.skipif(not SSHD, reason="no sshd: apt install openssh-server")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return folder


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Path]:
    """A socket there that sends back what it gets, in place of Docker's."""
    place = tmp_path / "far.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        server.listen(100)
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield place
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_echo, args=(server.accept()[0],), daemon=True).start()


def _echo(client: socket.socket) -> None:
    with client:
        while data := client.recv(65536):
            client.sendall(data)


@pytest.fixture
def sshd(tmp_path: Path, path: Path, far: Path) -> Iterator[Sshd]:
    # As the `docker` there sees it: its default context names this socket.
    with running(tmp_path, path, f"SetEnv DOCKER_HOST=unix://{far}") as found:
        yield found


def _client(host: Host) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    try:
        client.connect(host.socket)
    except OSError:
        client.close()
        raise
    client.settimeout(60)
    return client


def _is_refused(host: Host) -> bool:
    try:
        _client(host).close()
    except ConnectionRefusedError:
        return True
    return False


def _asks(host: Host) -> bytes:
    with _client(host) as client:
        client.sendall(b"PING")
        return client.recv(4)


def test_forty_requests_at_once_share_one_connection(sshd: Sshd) -> None:
    with opened([Host(sshd.address)], print) as (host,):
        clients = [_client(host) for _ in range(40)]
        for client in clients:
            client.sendall(b"PING")
        answers = [client.recv(4) for client in clients]
        connections = sshd.connections()
        for client in clients:
            client.close()

    assert answers == [b"PING"] * 40
    assert connections == 1
    until(lambda: sshd.connections() == 0, "the connection ends with the block", 30)


def test_only_we_may_use_the_socket_and_it_goes(sshd: Sshd) -> None:
    with opened([Host(sshd.address)], print) as (host,):
        folder = Path(host.socket).parent
        modes = [stat.S_IMODE(one.stat().st_mode) for one in (folder.parent, folder)]
        environment = host.environment()

    assert modes == [0o700, 0o700]
    assert environment["DOCKER_HOST"] == f"unix://{host.socket}"
    assert not folder.parent.exists()


def test_an_address_may_name_the_socket(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "other.sock").symlink_to(tmp_path / "far.sock")
    with opened([Host(f"{sshd.address}{tmp_path}/other.sock")], print) as (host,):
        assert _asks(host) == b"PING"


def test_the_default_host_of_the_environment_is_reached_so_too(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", sshd.address)
    with opened([DEFAULT_HOST], print) as (host,):
        assert _asks(host) == b"PING"
        assert host == DEFAULT_HOST


def test_an_unknown_host_key_is_told(sshd: Sshd) -> None:
    sshd.strangers()
    with (
        opened([Host(sshd.address)], print) as (host,),
        pytest.raises(HostError, match="its host key is not known here") as caught,
    ):
        host.call(["docker", "version"])

    assert caught.value.fix == f"compare it and accept it once: ssh -p {sshd.port} 127.0.0.1"


def test_a_password_is_not_asked_for(sshd: Sshd) -> None:
    sshd.locked()
    with opened([Host(sshd.address)], print) as (host,):
        assert "it accepts none of your keys" in str(host.trouble)


def test_a_host_where_no_docker_runs_is_told(tmp_path: Path, path: Path) -> None:
    with (
        running(tmp_path, path, "SetEnv DOCKER_HOST=tcp://192.0.2.7:2375") as sshd,
        opened([Host(sshd.address)], print) as (host,),
    ):
        assert "uses tcp://192.0.2.7:2375, which is not a socket" in str(host.trouble)


def test_one_host_that_is_not_reached_does_not_stop_the_others(sshd: Sshd, path: Path) -> None:
    (path / "docker").write_text("#!/bin/sh\necho $DOCKER_HOST\n")
    (path / "docker").chmod(0o755)
    good, bad = Host(sshd.address), Host("ssh://127.0.0.1:1", name="bad")
    with opened([good, bad], print) as hosts:
        events = list(Everywhere(["docker", "ps"], hosts).run())

    assert {e.host: e.code for e in events if isinstance(e, HostDone)} == {good: 0, bad: 3}
    said = {e.host: e.text for e in reversed(events) if isinstance(e, HostLine)}
    assert said[bad] == "no ssh connection to 'bad': no ssh server listens there"


def test_a_connection_that_is_lost_is_told(sshd: Sshd) -> None:
    told: list[str] = []
    with (
        opened([Host(sshd.address, name="node3")], told.append) as (host,),
        _client(host) as client,
    ):
        for child in psutil.Process(sshd.process.pid).children():
            child.kill()

        assert client.recv(1) == b""
        until(lambda: _is_refused(host), "ssh has ended", 30)

    assert told == ["the ssh connection to 'node3' was lost"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_connection_ends_when_we_are_killed(sshd: Sshd, number: signal.Signals) -> None:
    program = (
        "import sys, time\nfrom engine.hosts import Host\n"
        "from engine.hosts.connections import opened\n"
        f"with opened([Host({sshd.address!r})], print) as hosts:\n"
        "    print(hosts[0].socket, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as popen:
        assert popen.stdout is not None
        assert popen.stdout.readline().strip().endswith(b"/d")
        assert sshd.connections() == 1
        popen.send_signal(number)

    until(lambda: sshd.connections() == 0, "the connection is gone", 30)
