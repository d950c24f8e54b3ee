"""A Redis whose clients reach it by TLS, through an HAProxy on either side."""

import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from ambassador.access import Access
from ambassador.ambassador import ambassador
from ambassador.authority import Authority
from lb.model import Accepted, Address, Control
from lb.render import render
from tests.ambassador.redises import connect, start_redis
from tests.ambassador.relay import Relay
from tests.lab.waiting import until
from tests.lb.processes import end, free_port, needs, runtime, wait_for_status

pytestmark = [needs("redis-server"), needs("haproxy")]

NAME = "redis"
SERVER = "redis-6379,127.0.0.1"
NOW = datetime.now(UTC)
SECRET_WORD = "swordfish"


@dataclass
class Side:
    """An HAProxy with its own *folder*: ``ca.pem`` and ``crt.pem`` are its papers."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def give(self, ca: str = "", crt: str = "") -> None:
        for name, text in (("ca", ca), ("crt", crt)):
            if text:
                (self.folder / f"{name}.pem").write_text(text)

    def start(self, cleanup: ExitStack, upstream: Address, *, accepts: bool) -> None:
        papers = f"{self.folder}/ca.pem", f"{self.folder}/crt.pem"
        access = Access() if accepts else Access(ca_file=papers[0], cert=papers[1], tls_name=NAME)
        configuration = ambassador(
            NAME,
            {6379: [upstream]},
            access=access,
            binds={6379: f"127.0.0.1:{self.port}"},
            control=Control(health_port=None, socket=str(self.folder / "admin")),
            accepted=Accepted(*papers) if accepts else None,
        )
        # As in a container, where the files of an ambassador are secrets.
        text = render(configuration).replace("hard-stop-after 5s", "hard-stop-after 1209600s")
        (self.folder / "haproxy.cfg").write_text(text)
        log = cleanup.enter_context((self.folder / "haproxy.log").open("wb"))
        command = ["haproxy", "-W", "-db", "-f", str(self.folder / "haproxy.cfg")]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        cleanup.callback(end, self.process)
        cleanup.callback(os.killpg, self.process.pid, signal.SIGKILL)
        until((self.folder / "admin").exists, "HAProxy runs")

    def reload(self) -> None:
        """Let it read its files again; return once the new worker answers."""
        assert self.process
        before = self._worker()
        self.process.send_signal(signal.SIGUSR2)
        until(lambda: self._worker() not in ("", before), "a new worker")

    def _worker(self) -> str:
        try:
            said = runtime(self.folder / "admin", "show info")
        except OSError:
            return ""
        return next((line for line in said.splitlines() if line.startswith("Pid: ")), "")


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def authority() -> Authority:
    return Authority.new("redis", NOW)


def side(tmp_path: Path, name: str) -> Side:
    (tmp_path / name).mkdir()
    return Side(tmp_path / name, free_port())


def both(
    tmp_path: Path, cleanup: ExitStack, authority: Authority, client: str = ""
) -> tuple[Side, Side, Relay]:
    """Return the side of the Redis, that of its clients, and what is between them."""
    data = start_redis(cleanup, tmp_path)
    there, here = side(tmp_path, "there"), side(tmp_path, "here")
    there.give(authority.public, authority.of_service(NAME, NOW))
    here.give(authority.public, client or authority.of_client("clients", NOW))
    there.start(cleanup, data, accepts=True)
    wire = Relay(Address("127.0.0.1", there.port), cleanup)
    here.start(cleanup, wire.address, accepts=False)
    return there, here, wire


def test_nothing_of_it_can_be_read_on_the_wire(
    tmp_path: Path, cleanup: ExitStack, authority: Authority
) -> None:
    _, here, wire = both(tmp_path, cleanup, authority)
    wait_for_status(here.folder / "admin", SERVER, "UP", check="L7OK")

    assert connect(here.port, cleanup).set(SECRET_WORD, SECRET_WORD * 100)
    assert connect(here.port, cleanup).get(SECRET_WORD) == SECRET_WORD.encode() * 100
    assert len(wire.seen) > 2 * 100 * len(SECRET_WORD)
    for plain in (SECRET_WORD.encode(), b"PING", b"PONG", b"CLIENT", b"clients"):
        assert plain not in wire.seen


@pytest.mark.parametrize(
    "papers",
    [
        pytest.param("stranger", id="of another authority"),
        pytest.param("service", id="of the service itself, which is no client"),
        pytest.param("expired", id="that has expired"),
    ],
)
def test_a_client_with_a_certificate_is_refused(
    tmp_path: Path, cleanup: ExitStack, authority: Authority, papers: str
) -> None:
    found = {
        "stranger": Authority.new("redis", NOW).of_client("clients", NOW),
        "service": authority.of_service(NAME, NOW),
        "expired": authority.of_client("clients", NOW - timedelta(days=9), 8),
    }
    _, here, _ = both(tmp_path, cleanup, authority, found[papers])
    wait_for_status(here.folder / "admin", SERVER, "DOWN")

    with pytest.raises(redis.ConnectionError):
        connect(here.port, cleanup).ping()


def test_a_client_without_a_certificate_is_refused_and_a_plain_one_is_too(
    tmp_path: Path, cleanup: ExitStack, authority: Authority
) -> None:
    there, here, _ = both(tmp_path, cleanup, authority)
    wait_for_status(here.folder / "admin", SERVER, "UP", check="L7OK")
    trusting = ssl.create_default_context(cadata=authority.public)

    plain = socket.create_connection(("127.0.0.1", there.port), timeout=10)
    client = cleanup.enter_context(trusting.wrap_socket(plain, server_hostname=NAME))

    # By TLS 1.3 a client hears of it when it reads.
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        client.recv(99)
    with pytest.raises(redis.ConnectionError):
        connect(there.port, cleanup).ping()


def test_what_a_client_has_does_not_make_a_service(
    tmp_path: Path, cleanup: ExitStack, authority: Authority
) -> None:
    there, here, _ = both(tmp_path, cleanup, authority)
    wait_for_status(here.folder / "admin", SERVER, "UP", check="L7OK")
    there.give(crt=authority.of_client("clients", NOW))
    there.reload()

    wait_for_status(here.folder / "admin", SERVER, "DOWN", check="L6")


def test_a_connection_outlives_new_certificates_and_a_new_authority(
    tmp_path: Path, cleanup: ExitStack, authority: Authority
) -> None:
    there, here, _ = both(tmp_path, cleanup, authority)
    wait_for_status(here.folder / "admin", SERVER, "UP", check="L7OK")
    long = connect(here.port, cleanup)
    assert long.incr("coins") == 1
    successor = Authority.new("redis", NOW)
    trusted = authority.public + successor.public

    for ca, signs in ((trusted, authority), (trusted, successor), (successor.public, successor)):
        there.give(ca, signs.of_service(NAME, NOW))
        there.reload()
        here.give(ca, signs.of_client("clients", NOW))
        here.reload()
        assert connect(here.port, cleanup).ping()
    here.give(crt=authority.of_client("clients", NOW))
    here.reload()

    wait_for_status(here.folder / "admin", SERVER, "DOWN")
    assert long.incr("coins") == 2
