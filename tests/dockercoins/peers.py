"""Peers of a worker that do what a test tells them: stand-ins for what is broken or far away."""

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, bytes]


def serve(answer: Callable[[], Answer], cleanup: ExitStack) -> str:
    """Return the URL of a server that gives *answer* to each GET and POST."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "/")
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that BaseHTTPRequestHandler calls

        def log_message(self, *_: object) -> None:
            pass

    server = cleanup.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    cleanup.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"


class Wire:
    """A TCP proxy before Redis that fails once, at the first INCRBY.

    Args:
        port: Where Redis is, on 127.0.0.1.
        delivers: Whether Redis gets that INCRBY; its answer is lost in any case.
        closes: Whether the connection is closed then, or just falls silent.
    """

    def __init__(self, port: int, cleanup: ExitStack, *, delivers: bool, closes: bool) -> None:
        self._port, self._delivers, self._closes = port, delivers, closes
        self._cleanup = cleanup
        self.failed = threading.Event()
        self._listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        cleanup.callback(self._listener.shutdown, socket.SHUT_RDWR)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._cleanup.enter_context(self._listener.accept()[0])
                far = self._cleanup.enter_context(
                    socket.create_connection(("127.0.0.1", self._port))
                )
                silent = threading.Event()
                for pump in (self._there, self._back):
                    threading.Thread(target=pump, args=(near, far, silent), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while sent := near.recv(65536):
                fault = b"INCRBY" in sent and not self.failed.is_set()
                if fault:
                    silent.set()
                    self.failed.set()
                if self._delivers or not fault:
                    far.sendall(sent)
                if fault and self._closes:
                    near.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _back(near: socket.socket, far: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while answer := far.recv(65536):
                if not silent.is_set():
                    near.sendall(answer)
