"""A daemon's socket, and the `docker` command that leads to it; a test says what it answers."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from engine.hosts import Host

# What the `docker` command does: bytes from here to the daemon's socket, and back.
RELAY = """
import socket, threading
daemon = socket.socket(socket.AF_UNIX)
daemon.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
assert sys.argv[1:] == ["system", "dial-stdio"]
def copy():
    while data := daemon.recv(4096):
        os.write(1, data)
threading.Thread(target=copy, daemon=True).start()
while data := os.read(0, 4096):
    daemon.sendall(data)
"""


class Answering(BaseHTTPRequestHandler):
    """Keeps connections open, says nothing of its own, and answers by `answer`."""

    protocol_version = "HTTP/1.1"

    def answer(self, text: str, code: int = 200) -> None:
        """Answer with *text*."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, handler: type[Answering]) -> Iterator[Host]:
    """Give the host whose daemon is *handler*, at a socket in *folder*, until the end."""
    place = str(folder / "docker.sock")
    with socketserver.ThreadingUnixStreamServer(place, handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Host(f"unix://{place}")
        server.shutdown()
