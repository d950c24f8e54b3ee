"""A socket before Docker's: `provided.Names` changes some of what goes by it.

One connection is one request: each ends with its answer, so that only the beginning has to be read.
Source: Docker Engine API, "ContainerCreate", "ContainerList", "ContainerInspect".
"""

import json
import os
import re
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from urllib.parse import urlsplit

from engine.docker import provided
from engine.docker.provided import Names
from faults import HostError

Connect = Callable[[], socket.socket]

_VERSION = r"(?:/v[\d.]+)?"
_CREATE = re.compile(rf"{_VERSION}/containers/create")
_LIST = re.compile(rf"{_VERSION}/containers/json")
_INSPECT = re.compile(rf"{_VERSION}/containers/[^/]+/json")
_CHUNK = 65536
_PORT = 2375


def connecting(endpoint: str) -> Connect:
    """Return what connects to the daemon at *endpoint*: ``unix://PATH`` or ``tcp://HOST:PORT``.

    With DOCKER_TLS_VERIFY the latter is by TLS. Source: Docker, "Protect the Docker daemon socket".

    Raises:
        HostError: It is of another kind, or a certificate is not there.
    """
    url = urlsplit(endpoint)
    if url.scheme == "unix":
        return lambda: _unix(url.path)
    if url.scheme != "tcp" or not url.hostname:
        what = f"a provider cannot reach Docker at {endpoint}"
        raise HostError(what, fix="set DOCKER_HOST to unix://…, tcp://… or ssh://…")
    place = (url.hostname, url.port or _PORT)
    if not os.environ.get("DOCKER_TLS_VERIFY"):
        return lambda: socket.create_connection(place)
    folder = Path(os.environ.get("DOCKER_CERT_PATH") or Path.home() / ".docker")
    try:
        tls = ssl.create_default_context(cafile=folder / "ca.pem")
        tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    except OSError as error:
        what = f"cannot read Docker's certificates in {folder}: {error.strerror}"
        raise HostError(what, fix="set DOCKER_CERT_PATH to their folder") from error
    return lambda: tls.wrap_socket(socket.create_connection(place), server_hostname=place[0])


def _unix(path: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.connect(path)
    return made


@contextmanager
def relay(names: Names, connect: Connect) -> Iterator[Path]:
    """Give a socket that leads to where *connect* does, and changes labels as *names* say."""
    with tempfile.TemporaryDirectory(prefix="dcgen-") as folder:
        path = Path(folder) / "docker.sock"
        with _Server(str(path), _handler(names, connect)) as server:
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield path
            finally:
                server.shutdown()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(names: Names, connect: Connect) -> type[BaseHTTPRequestHandler]:
    class Handler(_Request):
        pass

    Handler.names, Handler.connect = names, staticmethod(connect)
    return Handler


class _Request(BaseHTTPRequestHandler):
    names: Names
    connect: Connect

    def handle_one_request(self) -> None:
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(_CHUNK)
        if not self.raw_requestline or not self.parse_request():
            return
        self.close_connection = True
        path = urlsplit(self.path).path
        with suppress(ConnectionError):
            if self.command == "POST" and _CREATE.fullmatch(path):
                self._create()
            elif self.command == "GET" and (_LIST.fullmatch(path) or _INSPECT.fullmatch(path)):
                self._read(is_list=bool(_LIST.fullmatch(path)))
            else:
                self._pass()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _create(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        body["Labels"] = self.names.seen(body.get("Labels") or {})
        self._answer(*self._asked(self.path, json.dumps(body).encode()))

    def _read(self, *, is_list: bool) -> None:
        asks_for = provided.wanted_service(self.path) if is_list else ""
        path = self.names.asked(self.path) if is_list else self.path
        status, data = self._asked(path)
        if status == 200:  # noqa: PLR2004 - OK
            found = json.loads(data)
            if is_list:
                found = provided.told(found, asks_for)
            else:
                found["Config"]["Labels"] = provided.own(found["Config"].get("Labels") or {})
            data = json.dumps(found).encode()
        self._answer(status, data)

    def _asked(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("docker")
        connection.sock = self.connect()
        headers = {k: v for k, v in self.headers.items() if k.lower() != "content-length"}
        try:
            connection.request(self.command, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(data))),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _pass(self) -> None:
        upgrades = "upgrade" in self.headers.get("Connection", "").lower()
        headers = [(k, v) for k, v in self.headers.items() if upgrades or k.lower() != "connection"]
        lines = [self.raw_requestline.decode("latin-1").rstrip()]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [] if upgrades else ["Connection: close"]
        with self.connect() as far:
            far.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            Thread(target=self._upwards, args=(far,), daemon=True).start()
            while data := far.recv(_CHUNK):
                self.wfile.write(data)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _upwards(self, far: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while data := self.rfile.read1(_CHUNK):
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)
