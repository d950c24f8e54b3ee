"""Real Redis servers, and ambassadors to them, ended by the caller's `ExitStack`."""

import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import redis

from ambassador.access import OPEN, Access
from ambassador.ambassador import ambassador
from lb.model import Address, Control
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import bind, end, listener, start_haproxy


def start_redis(cleanup: ExitStack, folder: Path, *arguments: str) -> Address:
    """Start a Redis; with ``--port 0`` in *arguments* it must say ``--tls-port`` itself."""
    words = list(map(str, arguments))
    kind = "--tls-port" if "--tls-port" in words else "--port"
    if kind not in words:
        words += [kind, str(free_port())]
    address = Address("127.0.0.1", int(words[words.index(kind) + 1]))
    process = subprocess.Popen(
        ["redis-server", "--bind", address.host, "--save", "", "--dir", str(folder), *words],
        stdout=subprocess.DEVNULL,
    )
    cleanup.callback(end, process)
    until(lambda: _listens(address), "Redis listens")
    return address


def _listens(address: Address) -> bool:
    try:
        socket.create_connection((address.host, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def start_ambassador(
    upstreams: Sequence[Address], folder: Path, cleanup: ExitStack, access: Access = OPEN
) -> int:
    """Start an ambassador to *upstreams* and return its port; its socket is ``admin``."""
    folder.mkdir(exist_ok=True)
    listening = listener(cleanup)
    configuration = ambassador(
        "redis",
        {6379: upstreams},
        access=access,
        binds={6379: bind(listening)},
        control=Control(health_port=None, socket=str(folder / "admin")),
    )
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno()])
    return int(listening.getsockname()[1])


def connect(port: int, cleanup: ExitStack) -> "redis.Redis":
    client = redis.Redis(port=port, socket_timeout=60, retry=None, single_connection_client=True)
    cleanup.callback(client.close)
    return client
