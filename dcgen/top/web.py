"""``dcgen top`` as a page: read-only, on loopback unless an address is given.

Another page in the same browser may send requests here, under a name of its own that leads to this
address (DNS rebinding). So a request is answered only if its Host is an address, ``localhost`` or
the name that was given: none of those can be made to lead elsewhere by a stranger.
"""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import click

from dcgen.top.broadcast import Broadcast, TooManyError
from engine.top.samples import Sample
from faults import HostError, UsageError
from lb.address import LAST_PORT, LOOPBACK, Address

SILENT_FOR_S = 30.0
RETRY_AFTER_S = "30"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC = Path(__file__).with_name("static")
# The chart library, if `make library` fetched it; without it the page has tables.
LIBRARY = Path(__file__).with_name("library")
FILES = {
    "/": (STATIC / "index.html", "text/html; charset=utf-8"),
    "/top.css": (STATIC / "top.css", "text/css"),
    "/top.js": (STATIC / "top.js", "text/javascript"),
    "/chart.js": (STATIC / "chart.js", "text/javascript"),
    "/icon.svg": (STATIC / "icon.svg", "image/svg+xml"),
    "/uPlot.js": (LIBRARY / "uPlot.iife.min.js", "text/javascript"),
    "/uPlot.css": (LIBRARY / "uPlot.min.css", "text/css"),
}


def listen_at(text: str) -> tuple[str, int]:
    """Return the host and the port that *text* names, as ``--stats`` takes it; the port may be 0.

    Raises:
        UsageError: It names none.
    """
    host, colon, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port[:9]) <= LAST_PORT):
        raise UsageError(
            f"{text!r} names no port from 0 to {LAST_PORT}", fix="write --web 8404, or ADDRESS:8404"
        )
    if not colon:
        return LOOPBACK, int(port)
    return Address(host.removeprefix("[").removesuffix("]"), int(port) or LAST_PORT).host, int(port)


def serve(samples: Iterator[Sample], host: str, port: int) -> None:
    """Show *samples* to whoever asks at *host* and *port*, without an end.

    Args:
        samples: Each is asked for when it is due.
        host: An address of this machine, or a name of it.
        port: 0 for any that is free.

    Raises:
        HostError: Nothing can listen there.
    """
    broadcast = Broadcast()
    with closing(_server(broadcast, host, port)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"dcgen top: http://{shown}:{server.server_address[1]} (Ctrl-C ends it)")
        for sample in samples:
            broadcast.publish(sample)


def is_ours(header: str | None, name: str) -> bool:
    """Return whether a request with this Host *header* was meant for a server called *name*."""
    if not header:
        return False
    host = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() else header
    host = host.removeprefix("[").removesuffix("]").lower().removesuffix(".")
    if host in {"localhost", name.lower()}:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a viewer has gone."""


def _server(broadcast: Broadcast, host: str, port: int) -> _Server:
    class Handler(_Handler):
        told, name = broadcast, host

    class Server(_Server):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    try:
        return Server((host, port), Handler)
    except OSError as error:
        what = f"cannot listen on port {port} of '{host}': {error.strerror or error}"
        raise HostError(what, fix="choose another port: --web PORT") from error


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "dcgen", ""
    timeout = SILENT_FOR_S
    told: ClassVar[Broadcast]
    name: ClassVar[str]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if not is_ours(self.headers.get("Host"), self.name):
            self._plain(HTTPStatus.MISDIRECTED_REQUEST, "ask for an address, or for localhost\n")
        elif path == "/events":
            self._stream()
        elif path == "/samples":
            self._answer(HTTPStatus.OK, self.told.everything(), "application/json")
        elif path in FILES:
            file, kind = FILES[path]
            self._answer(HTTPStatus.OK, file.read_bytes() if file.exists() else b"", kind)
        else:
            self._plain(HTTPStatus.NOT_FOUND, "there is no such page\n")

    def log_message(self, *_: object) -> None:
        pass

    def _stream(self) -> None:
        try:
            with self.told.stream() as events:
                self.close_connection = True
                self._begin(HTTPStatus.OK, "text/event-stream")
                for event in events:
                    self.wfile.write(event)
        except TooManyError:
            text = "there are too many viewers: ask /samples\n"
            self._plain(HTTPStatus.SERVICE_UNAVAILABLE, text)

    def _plain(self, status: HTTPStatus, text: str) -> None:
        self._answer(status, text.encode(), "text/plain; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self._begin(status, kind, len(body))
        self.wfile.write(body)

    def _begin(self, status: HTTPStatus, kind: str, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", RETRY_AFTER_S)
        self.end_headers()
