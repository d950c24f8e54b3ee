"""A server that answers every request with its name; it says on stdout where it listens."""

import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Replica(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: on a kept connection two cost 40 ms (Nagle)
    name = b""

    def do_GET(self) -> None:
        if self.path == "/die":
            sys.stderr.write(f"{self.command}\n")
            self.close_connection = True
            return
        if self.path.startswith("/slow"):
            # The work of a service, not a wait of a test: "/slow/2" is two seconds of it.
            time.sleep(float(self.path.removeprefix("/slow/") if self.path[5:] else 0.05))
        if self.path.startswith("/until"):
            self._work_until(Path(self.path.removeprefix("/until")))
        if self.path == "/endless":  # the answer begins, and goes on until the client is gone
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            with suppress(ConnectionResetError):
                self.rfile.read()
            return
        body = self.name
        if self.path == "/forwarded":  # the lines of the header, each in brackets
            found = self.headers.get_all("X-Forwarded-For") or []
            body = "".join(f"[{line}]" for line in found).encode()
        self.send_response(self._status())
        if self.path.startswith("/header/"):  # "/header/99" is an answer with a header of 99 bytes
            self.send_header("X-Long", "1" * int(self.path.removeprefix("/header/")))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _status(self) -> int:
        if self.path == "/picky":  # as Django and Rails do, and a server with virtual hosts
            return 200 if self.headers["Host"] in ("localhost", "shop.example") else 400
        return 503 if self.path == "/sick" else 200

    def _work_until(self, released: Path) -> None:
        # "/until/tmp/a" is work for as long as there is no file /tmp/a; /tmp/a.begun says that it
        # has begun.
        released.with_name(f"{released.name}.begun").touch()
        while not released.exists():
            time.sleep(0.01)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    Replica.name = sys.argv[1].encode()
    with Listener(("127.0.0.1", int(sys.argv[2])), Replica) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
