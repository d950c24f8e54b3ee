"""A Redis whose clients reach it by TLS, through an HAProxy on either side."""

import socket
import ssl
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from ambassador.authority import Authority
from tests.ambassador.redises import connect
from tests.ambassador.sides import NAME, NOW, SERVER, both
from tests.lb.processes import needs, wait_for_status

pytestmark = [needs("redis-server"), needs("haproxy")]

SECRET_WORD = "swordfish"


@pytest.fixture
def authority() -> Authority:
    return Authority.new("redis", NOW)


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

    plain = socket.create_connection(("127.0.0.1", there.port), timeout=60)
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
