"""Whether the measuring code reads and counts what really happened."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.dataplane.closed_loop import Loop, percentile, served, server_of
from benchmarks.dataplane.loads import Load, parse_redis_benchmark, parse_wrk
from benchmarks.dataplane.nameserver import reply
from benchmarks.dataplane.processes import used_s
from benchmarks.dataplane.servers import start_serial
from lb.model import Address
from tests.lab.ports import free_port
from tests.lab.waiting import until


def test_reports_of_wrk_give_the_rate_and_count_every_kind_of_failure() -> None:
    output = 'Running 1s test\n{"requests": 300, "seconds": 1.5, "p99_ms": 4.2, "failed": 7}\n'

    assert parse_wrk(output) == Load(rate=200.0, p99_ms=4.2, failed=7)


def test_reports_of_redis_benchmark_are_read_by_the_names_of_their_columns() -> None:
    output = (
        "WARNING: Could not fetch server CONFIG\n"
        '"test","rps","avg_latency_ms","p99_latency_ms"\n"GET","52000.5","0.5","5.5"\n'
    )

    assert parse_redis_benchmark(output) == Load(rate=52000.5, p99_ms=5.5)


@pytest.mark.parametrize(
    ("answer", "server"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nweb1", "web1", id="whole"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwe", None, id="cut short"),
        pytest.param(b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nweb1", None, id="an error"),
        pytest.param(b"", None, id="closed without a word"),
    ],
)
def test_only_a_whole_answer_with_status_200_counts(answer: bytes, server: str | None) -> None:
    assert server_of(answer) == server


@pytest.mark.parametrize(
    ("share", "value"),
    [pytest.param(0.5, 51, id="middle"), pytest.param(0.99, 100, id="99th"), pytest.param(1, 100)],
)
def test_percentiles_are_values_that_occurred(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


def test_serial_server_works_on_one_request_at_a_time(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        address = Address("127.0.0.1", free_port())
        start_serial("web1", address, 0.05, tmp_path, cleanup)
        loop = Loop(address, clients=4)

        asyncio.run(loop.run(1.0))

    good = [answer for answer in loop.answers if answer.server == "web1"]
    assert len(good) == len(loop.answers)
    assert 2 <= len(good) <= 20  # 20 fit into a second, however many ask
    assert loop.longest_s() >= 0.05


def test_nobody_is_served_where_nobody_listens() -> None:
    assert asyncio.run(served(Address("127.0.0.1", free_port()), 3, 0.1)) == 0


def test_a_failed_request_is_counted_as_one() -> None:
    loop = Loop(Address("127.0.0.1", free_port()), clients=1)

    asyncio.run(loop.run(0.2))

    assert {answer.server for answer in loop.answers} == {None}


QUESTION = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\x06web-be\0"
IPV4, IPV6 = struct.pack("!HH", 1, 1), struct.pack("!HH", 28, 1)


def test_nameserver_answers_with_every_address() -> None:
    answer = reply(QUESTION + IPV4, ["127.0.1.1", "127.0.1.2"])

    assert struct.unpack_from("!6H", answer) == (7, 0x8180, 1, 2, 0, 0)
    assert answer.endswith(bytes([127, 0, 1, 2]))


def test_nameserver_has_no_ipv6_addresses() -> None:
    assert struct.unpack_from("!6H", reply(QUESTION + IPV6, ["127.0.1.1"]))[3] == 0


def test_nameserver_that_refuses_says_so() -> None:
    answer = reply(QUESTION + IPV4, ["127.0.1.1"], "refuses")

    assert struct.unpack_from("!6H", answer)[1:4] == (0x8185, 1, 0)


def test_processor_time_of_a_process_has_that_of_its_children(cleanup: ExitStack) -> None:
    parent = subprocess.Popen(
        ["sh", "-c", '"$0" -c "while True: pass" & echo; wait', sys.executable],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    cleanup.enter_context(parent)
    cleanup.callback(os.killpg, parent.pid, signal.SIGKILL)

    # The shell itself waits: all of this is the child's.
    until(lambda: used_s(parent.pid) >= 0.2, "the child has worked for 0.2 s")
