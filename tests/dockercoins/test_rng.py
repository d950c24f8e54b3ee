"""What rng answers, how long it takes, and what it logs."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.dockercoins.running import Running, Start, wait_until


def test_rng_says_which_host_it_runs_on(rng: Running, http: requests.Session) -> None:
    assert http.get(f"{rng.url}/").text == f"RNG running on {socket.gethostname()}\n"


@pytest.mark.parametrize("count", [0, 1, 32, 1024 * 1024])
def test_rng_returns_as_many_bytes_as_asked_for(
    rng: Running, http: requests.Session, count: int
) -> None:
    answer = http.get(f"{rng.url}/{count}")

    assert (answer.status_code, len(answer.content)) == (200, count)
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_rng_never_returns_the_same_bytes(rng: Running, http: requests.Session) -> None:
    assert http.get(f"{rng.url}/32").content != http.get(f"{rng.url}/32").content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("abc", 404, id="a word"),
        pytest.param("-1", 404, id="a negative number"),
        pytest.param("1.5", 404, id="a fraction"),
        pytest.param("%D9%A3", 404, id="a digit that is not ASCII"),
        pytest.param("3/4", 404, id="two numbers"),
        pytest.param("1048577", 400, id="one byte too many"),
        pytest.param("9" * 5000, 400, id="more digits than int() takes"),
    ],
)
def test_rng_refuses_with_a_line_of_text(
    rng: Running, http: requests.Session, path: str, status: int
) -> None:
    answer = http.get(f"{rng.url}/{path}")

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.startswith(f"{status} ")
    assert answer.text.count("\n") == 1


def test_rng_says_which_methods_it_knows(rng: Running, http: requests.Session) -> None:
    answer = http.post(f"{rng.url}/32")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("count", ["0", "32"])
def test_rng_works_100_ms_for_each_answer(rng: Running, http: requests.Session, count: str) -> None:
    start = time.monotonic()
    http.get(f"{rng.url}/{count}")

    assert time.monotonic() - start >= 0.1


def test_rng_serves_one_request_at_a_time(rng: Running) -> None:
    start = time.monotonic()
    with ThreadPoolExecutor(10) as callers:
        answers = list(callers.map(lambda _: requests.get(f"{rng.url}/32", timeout=60), range(10)))

    assert time.monotonic() - start >= 10 * 0.1
    assert [answer.status_code for answer in answers] == [200] * 10


def test_rng_drops_the_requests_of_callers_that_hung_up(rng: Running) -> None:
    for _ in range(40):
        with socket.create_connection(rng.url.removeprefix("http://").split(":")) as caller:
            caller.sendall(b"GET /32 HTTP/1.1\r\nHost: rng\r\n\r\n")

    requests.get(f"{rng.url}/", timeout=60)

    worked = [line for line in rng.requests() if "GET /32" in line]
    assert len(worked) < 40


def test_rng_logs_one_line_for_each_request(start: Start, http: requests.Session) -> None:
    rng = start("rng")
    for path in ("", "7", "abc", "1048577", "%0Aforged"):
        http.get(f"{rng.url}/{path}")

    wait_until(lambda: len(rng.requests()) >= 5, "five lines")
    said = [line.rsplit(" ", 1)[0] for line in rng.requests()]

    assert said == [
        "'GET /' 200",
        "'GET /7' 200",
        "'GET /abc' 404",
        "'GET /1048577' 400",
        "'GET /%0Aforged' 404",
    ]
