"""Clients that keep one connection open: server-sent events, a long poll, a WebSocket."""

import base64
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

TIMEOUT_S = 15


@dataclass(slots=True)
class LongLived:
    """What became of the connections: how often one of a kind *ended*, and how much was *heard*."""

    address: str
    port: int
    ended: dict[str, int] = field(default_factory=lambda: {"SSE": 0, "WebSocket": 0, "poll": 0})
    heard: dict[str, int] = field(default_factory=lambda: {"SSE": 0, "WebSocket": 0, "poll": 0})
    over: threading.Event = field(default_factory=threading.Event)

    def keep(self, kind: str, listen: Callable[[], Iterator[None]]) -> None:
        """Listen again and again; each end that the server made counts."""
        while not self.over.is_set():
            self._once(kind, listen)

    def _once(self, kind: str, listen: Callable[[], Iterator[None]]) -> None:
        try:
            for _ in listen():
                self.heard[kind] += 1
                if self.over.is_set():
                    return
        except (OSError, HTTPException):
            if not self.over.is_set():
                self.ended[kind] += 1
            self.over.wait(0.1)

    def events(self) -> Iterator[None]:
        """Yield at each event, until the stream ends."""
        connection = HTTPConnection(self.address, self.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/events")
            answer = connection.getresponse()
            while answer.readline().startswith(b"data"):
                answer.readline()
                yield
            raise ConnectionError(answer.status)
        finally:
            connection.close()

    def polls(self) -> Iterator[None]:
        """Yield at each answer to a long poll."""
        connection = HTTPConnection(self.address, self.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/poll?s=1")
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read().startswith(b"news"):
                raise ConnectionError(answer.status)
            yield
        finally:
            connection.close()

    def messages(self) -> Iterator[None]:
        """Yield at each message that comes back (RFC 6455, 5.2: a client's frames are masked)."""
        with socket.create_connection((self.address, self.port), timeout=TIMEOUT_S) as connection:
            key = base64.b64encode(os.urandom(16)).decode()
            asked = f"GET /ws HTTP/1.1\r\nHost: {self.address}\r\nUpgrade: websocket\r\n"
            asked += (
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            )
            connection.sendall(f"{asked}\r\n".encode())
            stream = connection.makefile("rb")
            if b" 101 " not in stream.readline():
                raise ConnectionError("no WebSocket")
            while stream.readline().strip():
                pass
            while True:
                connection.sendall(b"\x81\x82\0\0\0\0hi")
                head = stream.read(2)
                if len(head) < 2 or head[0] != 0x81:
                    raise ConnectionError("closed")
                stream.read(head[1])
                yield
                self.over.wait(0.1)


@contextmanager
def long_lived(address: str, port: int) -> Iterator[LongLived]:
    """Give one client of each kind, until the end."""
    made = LongLived(address, port)
    kinds = {"SSE": made.events, "poll": made.polls, "WebSocket": made.messages}
    threads = [
        threading.Thread(target=made.keep, args=(kind, listen), daemon=True)
        for kind, listen in kinds.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.over.set()
        for thread in threads:
            thread.join(TIMEOUT_S)
