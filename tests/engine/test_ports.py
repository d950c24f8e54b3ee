"""Ports are read in every form that Compose knows, and free ones are found."""

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from engine.process.free_ports import busy, exposed, free_port, publications
from engine.variant import Service
from faults import UserError

Write = Callable[[str], Service]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param('"8001:80"', [("", 8001, 80)], id="host and container port"),
        pytest.param('"80"', [("", 0, 80)], id="container port alone"),
        pytest.param("80", [("", 0, 80)], id="a number"),
        pytest.param('"127.0.0.1:8001:80"', [("127.0.0.1", 8001, 80)], id="address"),
        pytest.param('"127.0.0.1::80"', [("127.0.0.1", 0, 80)], id="address, any host port"),
        pytest.param('"[::1]:8001:80/tcp"', [("::1", 8001, 80)], id="IPv6 address"),
        pytest.param('"8001:80/TCP"', [("", 8001, 80)], id="a protocol in capitals"),
        pytest.param('"0:80"', [("", 0, 80)], id="host port 0 is any"),
        pytest.param('"81-82:90-91"', [("", 81, 90), ("", 82, 91)], id="range"),
        pytest.param(
            '{target: 80, published: "8001", host_ip: 127.0.0.1}',
            [("127.0.0.1", 8001, 80)],
            id="long form",
        ),
    ],
)
def test_a_publication_is_read(
    entry: str, expected: list[tuple[str, int, int]], service: Write
) -> None:
    found = publications(service(f"{{image: x, ports: [{entry}]}}"))

    assert [(p.port.host_ip, p.number, p.port.target) for p in found] == expected


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param('"53:53/udp"', "a process serves TCP, not udp", id="UDP"),
        pytest.param('"web:80"', "which is not a port", id="no number"),
        pytest.param('"81-83:80"', "on one of 81-83", id="one container port for a range"),
        pytest.param('"81-83:90-91"', "which is not a port", id="ranges of two lengths"),
    ],
)
def test_what_a_process_cannot_publish_is_refused(entry: str, message: str, service: Write) -> None:
    with pytest.raises(UserError, match=f"compose.yml:2.*'app'.*{message}"):
        publications(service(f"{{image: x, ports: [{entry}]}}"))


def test_ports_and_expose_both_name_container_ports(service: Write) -> None:
    found = service('{image: x, ports: ["8001:80"], expose: ["81/TCP", "80", 90-91, "53/udp"]}')

    assert exposed(found) == [80, 81, 90, 91]


def test_a_port_that_is_listened_on_is_busy(cleanup: ExitStack) -> None:
    listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
    port = listener.getsockname()[1]

    assert busy("127.0.0.1", port) == "something listens there already"
    assert busy("0.0.0.0", port) == "something listens there already"


def test_an_address_of_another_machine_has_no_free_port() -> None:
    with pytest.raises(UserError, match="no such address"):
        free_port(set(), "192.0.2.1")


EVERY_EVEN_ONE = """
import sys
from engine.process.reserved import reserve
print(any([reserve(port) for port in range(15000, 32000, 2)]), flush=True)
sys.stdin.read()
"""
TWENTY = """
from engine.process.free_ports import free_port
print({free_port(set()) % 2 for _ in range(20)})
"""


def test_no_port_is_chosen_that_another_run_has_chosen() -> None:
    words = [sys.executable, "-c"]
    with subprocess.Popen(
        [*words, EVERY_EVEN_ONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        chosen = subprocess.run([*words, TWENTY], capture_output=True, text=True, check=True).stdout
        other.communicate()

    assert chosen == "{1}\n"
