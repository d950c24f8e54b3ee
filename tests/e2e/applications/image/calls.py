"""gRPC and kept TCP connections: `serve`, and `call`, which says by HTTP how its calls went.

python calls.py serve        python calls.py call 8000
"""

import json
import signal
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer

import grpc

METHOD = "/calls.Calls/Who"
NAME = socket.gethostname().encode()
PAUSE_S = 0.02  # between two calls: constant, and not all that the machine can do
counts: Counter[str] = Counter()
failures: list[str] = []


class Line(StreamRequestHandler):
    def handle(self) -> None:
        for _ in self.rfile:
            self.wfile.write(NAME + b"\n")


class Lines(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve() -> None:
    who = grpc.unary_unary_rpc_method_handler(lambda _request, _context: NAME)
    handler = grpc.method_handlers_generic_handler("calls.Calls", {"Who": who})
    server = grpc.server(ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers([handler])
    server.add_insecure_port("[::]:50051")
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(2).wait() or sys.exit(0))
    with Lines(("", 7000), Line) as lines:
        lines.serve_forever()


def call_by_grpc() -> None:
    with grpc.insecure_channel("calls:50051") as channel:
        who = channel.unary_unary(METHOD)
        while True:
            _call(who)
            time.sleep(PAUSE_S)


def _call(who: grpc.UnaryUnaryMultiCallable) -> None:
    began_s = time.time()
    try:
        counts[f"grpc {who(b'', timeout=10).decode()}"] += 1
    except grpc.RpcError as error:
        failures.append(f"grpc {error.code().name} {began_s:.2f} {error.details()}")


def call_by_lines() -> None:
    while True:
        with suppress(OSError):
            _keep_asking()
        failures.append(f"tcp {time.time():.2f}")
        time.sleep(0.1)


def _keep_asking() -> None:
    with socket.create_connection(("calls", 7000), timeout=10) as connection:
        kept = connection.makefile("rwb")
        counts["connections"] += 1
        while True:
            kept.write(b"who\n")
            kept.flush()
            name = kept.readline().decode().strip()
            if not name:
                return
            counts[f"tcp {name}"] += 1
            time.sleep(PAUSE_S)


class Told(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"counts": dict(counts), "failures": list(failures)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    for work in (call_by_grpc, call_by_lines):
        threading.Thread(target=work, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ThreadingHTTPServer(("", int(sys.argv[2])), Told) as told:
        told.serve_forever()
