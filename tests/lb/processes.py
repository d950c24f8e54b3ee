"""Real HAProxy processes and real servers behind them, ended by the caller's `ExitStack`."""

import csv
import http.client
import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.model import Address, Configuration
from lb.render import render
from tests.lab.waiting import until


def needs(program: str) -> pytest.MarkDecorator:
    """Skip where *program* is missing, except in CI, where it must be there."""
    return pytest.mark.skipif(
        not shutil.which(program) and "CI" not in os.environ, reason=f"no {program} on PATH"
    )


def listener(cleanup: ExitStack) -> socket.socket:
    # HAProxy inherits a socket that listens already: no port to lose to another process, and an
    # early request waits in the queue, so nobody has to wait for the start.
    return cleanup.enter_context(socket.create_server(("127.0.0.1", 0), backlog=256))


def bind(listening: socket.socket) -> str:
    return f"fd@{listening.fileno()}"


def start_haproxy(
    configuration: Configuration | str, folder: Path, cleanup: ExitStack, *, fds: list[int]
) -> subprocess.Popen[bytes]:
    """Start HAProxy with the listening sockets *fds*; its log is ``haproxy.log`` in *folder*."""
    config = folder / "haproxy.cfg"
    config.write_text(configuration if isinstance(configuration, str) else render(configuration))
    log = cleanup.enter_context((folder / "haproxy.log").open("wb"))
    process = subprocess.Popen(
        ["haproxy", "-db", "-f", str(config)], pass_fds=fds, stdout=log, stderr=log
    )
    cleanup.callback(end, process)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def start_replica(
    name: str, cleanup: ExitStack, port: int = 0
) -> tuple[Address, subprocess.Popen[bytes]]:
    """Start a server that answers each GET with *name*; on any free port unless one is given."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("replica.py")), name, str(port)],
        stdout=subprocess.PIPE,
    )
    cleanup.callback(end, process)
    assert process.stdout
    return Address("127.0.0.1", int(process.stdout.readline())), process


def await_begun(released: Path) -> None:
    """Wait until a replica works on the request ``/until`` with the path *released*."""
    until(released.with_name(f"{released.name}.begun").exists, "the request has reached the server")


def get(port: int, path: str = "/", method: str = "GET") -> tuple[int, str]:
    """Return status and body, each time over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def runtime(path: Path, command: str) -> str:
    """Return what HAProxy answers to *command* on its runtime socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        connection.sendall(f"{command}\n".encode())
        with connection.makefile() as answer:
            return answer.read()


def wait_for_runtime(path: Path) -> None:
    """Wait until HAProxy answers on its runtime socket, which is there before it listens."""

    def answers() -> bool:
        try:
            return "Pid: " in runtime(path, "show info")
        except (ConnectionError, FileNotFoundError):
            return False

    until(answers, "HAProxy answers on its runtime socket")


def wait_for_status(path: Path, server: str, status: str, check: str = "") -> None:
    """Wait until HAProxy says that *server* (``backend,server``) is in *status* (``UP``).

    A server is up before its first check: *check* asks for the result of one, too (``L7OK``).
    """

    def reached() -> bool:
        lines = runtime(path, "show stat").removeprefix("# ").splitlines()
        return any(
            f"{row['pxname']},{row['svname']}" == server
            and row["status"].startswith(status)
            and row["check_status"].startswith(check)
            for row in csv.DictReader(lines)
        )

    wait_for_runtime(path)
    until(reached, f"{server} is {status}")
