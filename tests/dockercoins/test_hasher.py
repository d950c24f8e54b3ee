"""What hasher answers, and for how many callers at once."""

import hashlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import requests

from tests.dockercoins.running import Running, Start, wait_until

MIB = 1024 * 1024


def test_hasher_says_which_host_it_runs_on(hasher: Running, http: requests.Session) -> None:
    assert http.get(f"{hasher.url}/").text == f"HASHER running on {socket.gethostname()}\n"


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/octet-stream", id="bytes"),
        pytest.param("application/x-www-form-urlencoded", id="a form, as curl says by default"),
        pytest.param("multipart/form-data; boundary=b", id="a form in parts"),
        pytest.param(None, id="no word about its type"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"hello", id="text"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"a=1&b=%00\r\n", id="what looks like a form"),
        pytest.param(bytes(range(256)), id="every byte there is"),
    ],
)
def test_hasher_hashes_the_bytes_as_they_came(
    hasher: Running, http: requests.Session, body: bytes, content_type: str | None
) -> None:
    answer = http.post(f"{hasher.url}/", body, headers={"Content-Type": content_type})

    assert (answer.status_code, answer.text) == (200, hashlib.sha256(body).hexdigest())
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_hasher_takes_a_chunked_body(hasher: Running, http: requests.Session) -> None:
    answer = http.post(f"{hasher.url}/", iter([b"hel", b"lo"]))

    assert answer.text == hashlib.sha256(b"hello").hexdigest()


def test_hasher_takes_a_body_of_the_greatest_size(hasher: Running, http: requests.Session) -> None:
    assert http.post(f"{hasher.url}/", bytes(MIB)).status_code == 200


def chunks() -> Iterator[bytes]:
    yield from [bytes(MIB), b"x"]


@pytest.mark.parametrize(
    "body", [pytest.param(bytes(MIB + 1), id="its length said"), pytest.param(None, id="chunked")]
)
def test_hasher_refuses_a_greater_body(
    hasher: Running, http: requests.Session, body: bytes | None
) -> None:
    answer = http.post(f"{hasher.url}/", body or chunks())

    assert answer.status_code == 413
    assert answer.text.startswith("413 ")


def test_hasher_works_100_ms_for_each_hash(hasher: Running, http: requests.Session) -> None:
    start = time.monotonic()
    http.post(f"{hasher.url}/", b"hello")

    assert time.monotonic() - start >= 0.1


def test_hasher_serves_many_callers_at_once(hasher: Running) -> None:
    # One after the other they would take 30 s, of which each sleeps 0.1 s.
    with ThreadPoolExecutor(30) as callers:
        asked = [
            callers.submit(requests.post, f"{hasher.url}/", b"x", timeout=29) for _ in range(300)
        ]
        answered, late = wait(asked, timeout=29)
        for one in late:
            one.cancel()

    assert not late
    assert [one.result().status_code for one in answered] == [200] * 300


def test_hasher_logs_one_line_for_each_request(start: Start, http: requests.Session) -> None:
    hasher = start("hasher")
    http.post(f"{hasher.url}/", b"hello")
    http.get(f"{hasher.url}/nothing")

    wait_until(lambda: len(hasher.requests()) >= 2, "two lines")
    said = [line.rsplit(" ", 1)[0] for line in hasher.requests()]

    assert said == ["'POST /' 200", "'GET /nothing' 404"]
