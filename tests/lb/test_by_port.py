"""One balancer, several ports, and what is chosen for each: HTTP beside TLS, SSH and gRPC."""

import socket
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from lb.balancer import balancer
from lb.model import Address, Control, Options
from lb.render import render
from lb.settled import Spoken, settled
from tests.lab.ports import free_port
from tests.lb.processes import (
    bind,
    get,
    listener,
    needs,
    start_haproxy,
    start_replica,
    wait_for_status,
)
from tests.lb.speakers import call_grpc, open_grpc, start_grpc, start_ssh, start_tls

pytestmark = needs("haproxy")

_H2C_SERVER = """
defaults
    mode http
    timeout client 10s
frontend h2c
    bind {} proto h2
    http-request return status 200 if {{ path /ok }}
    http-request return status 503
"""


class Balanced:
    """A running HAProxy with *options* over *servers* by container port; `ports` lead to them."""

    def __init__(
        self, folder: Path, cleanup: ExitStack, options: str, servers: dict[int, list[Address]]
    ) -> None:
        self.socket = folder / "admin"
        listening = {port: listener(cleanup) for port in servers}
        self.ports = {port: one.getsockname()[1] for port, one in listening.items()}
        configuration = balancer(
            "web",
            servers,
            options=Options.parse(options),
            names="hosts",
            binds={port: bind(one) for port, one in listening.items()},
            control=Control(health_port=None, socket=str(self.socket)),
        )
        fds = [one.fileno() for one in listening.values()]
        start_haproxy(configuration, folder, cleanup, fds=fds)

    def wait(self, server: str, status: str, check: str = "") -> None:
        wait_for_status(self.socket, server, status, check)


def test_http_tls_ssh_and_grpc_are_served_by_one_balancer(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    tls, trust = start_tls(tmp_path, cleanup)
    servers = {
        22: [start_ssh(cleanup)],
        80: [start_replica("web1", cleanup)[0]],
        443: [tls],
        50051: [start_grpc("rng1", cleanup)],
    }
    chosen = Options.parse("mode=http sticky=yes health-path=/ server-maxconn=4")
    found = settled(chosen, list(servers), {50051: Spoken("h2c", "grpc")})
    assert str(found) == "22 (SSH) and 443 (TLS)"
    words = found.options.words()
    balanced = Balanced(tmp_path, cleanup, words, servers)
    for port, check in ((22, "L4OK"), (80, "L7OK"), (443, "L4OK"), (50051, "L7OK")):
        balanced.wait(f"web-{port},127.0.0.1", "UP", check)

    assert get(balanced.ports[80])[1] == "web1"
    with socket.create_connection(("127.0.0.1", balanced.ports[22]), 30) as ssh:
        lines = ssh.makefile("rwb")
        assert lines.readline() == b"SSH-2.0-test\r\n"
        lines.write(b"SSH-2.0-client\r\n")
        lines.flush()
        assert lines.readline() == b"welcome\n"
    plain = socket.create_connection(("127.0.0.1", balanced.ports[443]), 30)
    with trust.wrap_socket(plain, server_hostname="localhost") as encrypted:
        encrypted.sendall(b"hello\n")
        assert encrypted.recv(99) == b"secret: hello\n"
    assert call_grpc(open_grpc(balanced.ports[50051], cleanup)) == "rng1"


def test_one_mode_for_all_ports_would_break_ssh(tmp_path: Path, cleanup: ExitStack) -> None:
    balanced = Balanced(tmp_path, cleanup, "mode=http", {22: [start_ssh(cleanup)]})

    with socket.create_connection(("127.0.0.1", balanced.ports[22]), 30) as ssh:
        ssh.sendall(b"SSH-2.0-client\r\n")
        assert ssh.recv(99).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        pytest.param("proxy-protocol=yes", b"mismatch\n", id="for all ports"),
        pytest.param("proxy-protocol=yes proxy-protocol:22=no", b"welcome\n", id="not for SSH"),
    ],
)
def test_proxy_protocol_is_not_for_who_does_not_expect_it(
    words: str, answer: bytes, tmp_path: Path, cleanup: ExitStack
) -> None:
    balanced = Balanced(tmp_path, cleanup, words, {22: [start_ssh(cleanup)]})

    with socket.create_connection(("127.0.0.1", balanced.ports[22]), 30) as ssh:
        lines = ssh.makefile("rwb")
        assert lines.readline() == b"SSH-2.0-test\r\n"
        lines.write(b"SSH-2.0-client\r\n")
        lines.flush()
        assert lines.readline() == answer


def test_timeouts_of_requests_do_not_end_a_session_beside_them() -> None:
    servers = {port: [Address("web1", port)] for port in (22, 80)}
    options = Options.parse("mode=http mode:22=tcp timeout-client=5")

    ssh, http = render(balancer("web", servers, options=options)).split("\ndefaults\n")[1:]

    assert "mode tcp\n" in ssh
    assert "timeout tunnel 3600s\n" in ssh
    assert "timeout client 5s\n" in http


def test_calls_over_one_grpc_channel_are_shared_between_servers(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    servers = [start_grpc(f"rng{number}", cleanup) for number in (1, 2, 3)]
    balanced = Balanced(tmp_path, cleanup, "mode=h2c", {50051: servers})
    for suffix in ("", "-2", "-3"):
        balanced.wait(f"web-50051,127.0.0.1{suffix}", "UP", "L7OK")
    channel = open_grpc(balanced.ports[50051], cleanup)

    answers = Counter(call_grpc(channel) for _ in range(90))

    assert sorted(answers) == ["rng1", "rng2", "rng3"]
    assert max(answers.values()) <= 1.5 * min(answers.values())


def test_grpc_in_tcp_mode_stays_with_one_server(tmp_path: Path, cleanup: ExitStack) -> None:
    servers = [start_grpc(f"rng{number}", cleanup) for number in (1, 2, 3)]
    balanced = Balanced(tmp_path, cleanup, "", {50051: servers})
    channel = open_grpc(balanced.ports[50051], cleanup)

    assert len({call_grpc(channel) for _ in range(30)}) == 1


def test_server_without_http2_is_down_where_h2c_is_chosen(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    servers = {50051: [start_replica("web1", cleanup)[0]]}
    balanced = Balanced(tmp_path, cleanup, "mode=h2c", servers)

    balanced.wait("web-50051,127.0.0.1", "DOWN", "L7")
    with pytest.raises(grpc.RpcError) as caught:
        call_grpc(open_grpc(balanced.ports[50051], cleanup))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_grpc_in_http_mode_is_told_what_to_choose(tmp_path: Path, cleanup: ExitStack) -> None:
    servers = {9000: [start_grpc("rng1", cleanup)]}
    balanced = Balanced(tmp_path, cleanup, "mode=http", servers)

    with pytest.raises(grpc.RpcError) as caught:
        call_grpc(open_grpc(balanced.ports[9000], cleanup))

    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "--mode 9000=h2c" in caught.value.details()


def test_limit_of_one_port_is_not_that_of_another(tmp_path: Path, cleanup: ExitStack) -> None:
    ssh = start_ssh(cleanup)
    servers = {22: [ssh], 80: [start_replica("web1", cleanup)[0]]}
    balanced = Balanced(tmp_path, cleanup, "server-maxconn:80=1", servers)

    connections = [
        cleanup.enter_context(socket.create_connection(("127.0.0.1", balanced.ports[22]), 30))
        for _ in range(3)
    ]

    assert [connection.recv(99) for connection in connections] == [b"SSH-2.0-test\r\n"] * 3


@pytest.mark.parametrize(
    ("path", "status", "check"),
    [pytest.param("/ok", "UP", "L7OK", id="200"), pytest.param("/", "DOWN", "L7STS", id="503")],
)
def test_health_path_is_asked_over_http2(
    path: str, status: str, check: str, tmp_path: Path, cleanup: ExitStack
) -> None:
    listening = listener(cleanup)
    (folder := tmp_path / "server").mkdir()
    start_haproxy(_H2C_SERVER.format(bind(listening)), folder, cleanup, fds=[listening.fileno()])
    server = Address("127.0.0.1", listening.getsockname()[1])

    balanced = Balanced(tmp_path, cleanup, f"mode=h2c health-path={path}", {50051: [server]})

    balanced.wait("web-50051,127.0.0.1", status, check)


@pytest.mark.parametrize("mode", ["tcp", "http", "h2c"])
@pytest.mark.parametrize(
    ("path", "status", "check"),
    [pytest.param("/", "UP", "L7OK", id="200"), pytest.param("/sick", "DOWN", "L7STS", id="503")],
)
def test_health_is_asked_on_another_port(
    mode: str, path: str, status: str, check: str, tmp_path: Path, cleanup: ExitStack
) -> None:
    asked, _ = start_replica("health", cleanup)
    words = f"mode={mode} health-path={path} health-port={asked.port}"
    balanced = Balanced(tmp_path, cleanup, words, {50051: [start_grpc("rng1", cleanup)]})

    balanced.wait("web-50051,127.0.0.1", status, check)


def test_one_of_the_balanced_ports_is_asked(tmp_path: Path, cleanup: ExitStack) -> None:
    servers = {port: [start_replica("web1", cleanup)[0]] for port in (80, 81)}
    balanced = Balanced(tmp_path, cleanup, "health-path=/sick health-port=80", servers)

    balanced.wait("web-80,127.0.0.1", "DOWN", "L7STS")
    balanced.wait("web-81,127.0.0.1", "UP", "L4OK")


@pytest.mark.parametrize("mode", ["tcp", "http", "h2c"])
@pytest.mark.parametrize(
    ("lives", "status", "check"),
    [
        pytest.param(True, "UP", "L4OK", id="somebody listens"),
        pytest.param(False, "DOWN", "L4CON", id="nobody does"),
    ],
)
def test_a_connection_alone_is_asked_for_on_another_port(
    mode: str,
    lives: bool,  # noqa: FBT001 - a table
    status: str,
    check: str,
    tmp_path: Path,
    cleanup: ExitStack,
) -> None:
    asked = start_replica("health", cleanup)[0].port if lives else free_port()
    servers = {50051: [start_grpc("rng1", cleanup)]}
    balanced = Balanced(tmp_path, cleanup, f"mode={mode} health-port={asked}", servers)

    balanced.wait("web-50051,127.0.0.1", status, check)


def test_a_port_is_asked_in_the_place_of_those_alone_that_a_path_is_for() -> None:
    servers = {port: [Address("web", port)] for port in (22, 80)}
    options = Options.parse("health-path:80=/ok health-port=9000")

    checks = [one.check for one in balancer("web", servers, options=options).proxies]

    assert [(one.http_path, one.port) for one in checks if one] == [(None, None), ("/ok", 9000)]
