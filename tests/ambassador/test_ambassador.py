"""What an ambassador's configuration does: real HAProxy, real Redis."""

import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from ambassador.ambassador import ambassador
from faults import UserError
from lb.model import Address, Configuration, Control, Names, Options
from lb.render import render
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import (
    bind,
    end,
    listener,
    needs,
    start_haproxy,
    start_replica,
    wait_for_status,
)

IDLE = Options(timeout_client=0.5, timeout_server=0.5)  # hamba's 50 s, in the time of a test


def start_redis(
    cleanup: ExitStack, folder: Path, *arguments: str, port: int = 0
) -> tuple[Address, subprocess.Popen[bytes]]:
    address = Address("127.0.0.1", port or free_port())
    process = subprocess.Popen(
        [
            *("redis-server", "--port", str(address.port), "--bind", address.host),
            *("--save", "", "--dir", str(folder)),
            *arguments,
        ],
        stdout=subprocess.DEVNULL,
    )
    cleanup.callback(end, process)
    until(lambda: listens(address), "Redis listens")
    return address, process


def listens(address: Address) -> bool:
    try:
        socket.create_connection((address.host, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def start(
    upstreams: Sequence[Address],
    folder: Path,
    cleanup: ExitStack,
    options: Options = IDLE,
    tunnel: object = "",
) -> int:
    """Start an ambassador to *upstreams* and return its port; its socket is ``admin``."""
    folder.mkdir(exist_ok=True)
    listening = listener(cleanup)
    configuration = ambassador(
        "redis",
        {6379: upstreams},
        options=options,
        binds={6379: bind(listening)},
        control=Control(health_port=None, socket=str(folder / "admin")),
    )
    if tunnel is None:
        timeouts = replace(configuration.timeouts, tunnel=None)
        configuration = replace(configuration, timeouts=timeouts)
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])
    return int(listening.getsockname()[1])


def connect(port: int, cleanup: ExitStack, **arguments: str) -> "redis.Redis":
    client = redis.Redis(
        port=port, socket_timeout=60, retry=None, single_connection_client=True, **arguments
    )
    cleanup.callback(client.close)
    return client


def wait_until_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as idle:
        assert idle.recv(1) == b""


@needs("haproxy")
@needs("redis-server")
def test_idle_connection_outlives_the_timeouts_that_cut_it_without_a_tunnel(
    tmp_path: Path,
) -> None:
    with ExitStack() as cleanup:
        upstream, _ = start_redis(cleanup, tmp_path)
        workshops = start([upstream], tmp_path / "workshop", cleanup, tunnel=None)
        ours = connect(start([upstream], tmp_path / "ours", cleanup), cleanup)
        ours.ping()
        number = ours.client_id()

        wait_until_cut(workshops)
        wait_until_cut(workshops)  # the second time, all of the time-out lies after our last word

        assert ours.client_id() == number


@needs("haproxy")
@needs("redis-server")
def test_subscriber_hears_what_is_published_after_a_silence(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        upstream, _ = start_redis(cleanup, tmp_path)
        workshops = start([upstream], tmp_path / "workshop", cleanup, tunnel=None)
        port = start([upstream], tmp_path / "ours", cleanup)
        subscriber = connect(port, cleanup).pubsub(ignore_subscribe_messages=True)
        cleanup.callback(subscriber.close)
        subscriber.subscribe("news")
        assert subscriber.get_message(timeout=60) is None  # the subscription itself

        wait_until_cut(workshops)
        wait_until_cut(workshops)
        connect(port, cleanup).publish("news", "heard")

        assert until(subscriber.get_message, "a message")["data"] == b"heard"


@needs("haproxy")
@needs("redis-server")
def test_password_protected_redis_is_not_marked_down(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        upstream, _ = start_redis(cleanup, tmp_path, "--requirepass", "secret")
        port = start([upstream], tmp_path, cleanup)
        wait_for_status(tmp_path / "admin", "redis-6379,127.0.0.1", "UP", check="L7OK")

        assert connect(port, cleanup, password="secret").ping()


@needs("haproxy")
def test_server_that_is_no_redis_is_marked_down(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        web, _ = start_replica("web", cleanup)
        start([web], tmp_path, cleanup)

        wait_for_status(tmp_path / "admin", "redis-6379,127.0.0.1", "DOWN", check="L7")


@needs("haproxy")
@needs("redis-server")
def test_two_hundred_clients_hold_a_connection_each(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        upstream, _ = start_redis(cleanup, tmp_path)
        port = start([upstream], tmp_path, cleanup, Options())

        # The workshop's balancer lets 32 in: the 33rd waits for 5 s and is sent away.
        numbers = {connect(port, cleanup).client_id() for _ in range(200)}

    assert len(numbers) == 200


@needs("haproxy")
@needs("redis-server")
def test_second_upstream_serves_only_while_the_first_is_down(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first, process = start_redis(cleanup, tmp_path)
        second, _ = start_redis(cleanup, tmp_path)
        port = start([first, second], tmp_path, cleanup)
        name, admin = "redis-6379,127.0.0.1", tmp_path / "admin"
        wait_for_status(admin, name, "UP", check="L7OK")
        connect(port, cleanup).set("here", "first")

        process.send_signal(signal.SIGKILL)
        wait_for_status(admin, name, "DOWN")
        stand_in = connect(port, cleanup)
        assert stand_in.get("here") is None

        start_redis(cleanup, tmp_path, port=first.port)
        wait_for_status(admin, name, "UP")

        # Nobody may go on writing to the second one.
        with pytest.raises(redis.ConnectionError):
            stand_in.ping()


def verdict(configuration: Configuration) -> str:
    run = subprocess.run(
        ["haproxy", "-dW", "-c", "-f", "/dev/stdin"],
        input=render(configuration),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return run.stderr if run.returncode else "accepted"


LOCAL, NUMBER = Address("localhost", 32768), Address("192.0.2.7", 32768)


@needs("haproxy")
@pytest.mark.parametrize("words", ["", "maxconn=500 timeout-tunnel=60 log=access"])
@pytest.mark.parametrize("names", ["dns", "hosts"])
@pytest.mark.parametrize("protocol", ["redis", "postgres", "mysql", "tcp", None])
@pytest.mark.parametrize(
    "routes",
    [
        pytest.param({6379: [NUMBER]}, id="one"),
        pytest.param({6379: [LOCAL, NUMBER]}, id="with one in reserve"),
        pytest.param({5672: [LOCAL], 15672: [Address("2001:db8::7", 15672)]}, id="two ports"),
    ],
)
def test_haproxy_accepts_it_without_a_warning(
    routes: Mapping[int, Sequence[Address]], protocol: str | None, names: Names, words: str
) -> None:
    configuration = ambassador(
        "redis", routes, protocol=protocol, names=names, options=Options.parse(words)
    )

    assert verdict(configuration) == "accepted"


def test_no_upstream_is_starved_of_connections() -> None:
    text = render(ambassador("redis", {6379: [NUMBER]}))

    assert "\n    maxconn 16384\n" in text
    assert "default-server maxconn" not in text


def test_name_of_an_upstream_is_followed_by_dns() -> None:
    text = render(ambassador("redis", {6379: [Address("db.example", 6379)]}))

    assert "\n    accepted_payload_size 8192\n" in text
    assert "init-addr last,libc,none resolvers docker resolve-prefer ipv4\n" in text


def test_port_without_an_upstream_is_refused() -> None:
    with pytest.raises(UserError, match="'redis-6379' has no server"):
        ambassador("redis", {6379: []})
