"""Servers that do not speak HTTP/1: TLS, one that speaks first as SSH does, and gRPC."""

import socketserver
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc

from lb.model import Address

# No proxy of the environment stands between a test and loopback.
CHANNEL = (("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1))
METHOD = "/coins.Rng/Name"


class _Ssh(socketserver.StreamRequestHandler):
    # RFC 4253, 4.2: both sides send a line that begins with "SSH-2.0-", the server without waiting.
    def handle(self) -> None:
        self.wfile.write(b"SSH-2.0-test\r\n")
        said = self.rfile.readline()
        self.wfile.write(b"welcome\n" if said.startswith(b"SSH-2.0-") else b"mismatch\n")


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"secret: " + self.rfile.readline())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def get_request(self) -> Any:
        connection, peer = super().get_request()
        if self.context is None:
            return connection, peer
        return self.context.wrap_socket(connection, server_side=True), peer

    def handle_error(self, *_: object) -> None:
        pass  # a health check that says nothing is no TLS


def _serve(server: _Server, cleanup: ExitStack) -> Address:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    cleanup.callback(server.server_close)
    cleanup.callback(server.shutdown)
    return Address("127.0.0.1", server.server_address[1])


def start_ssh(cleanup: ExitStack) -> Address:
    return _serve(_Server(("127.0.0.1", 0), _Ssh), cleanup)


def start_tls(folder: Path, cleanup: ExitStack) -> tuple[Address, ssl.SSLContext]:
    """Start a server that answers a line over TLS; return with it what trusts its certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -addext"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", *words.split(), "subjectAltName=DNS:localhost", *files],
        check=True,
        capture_output=True,
    )
    server = _Server(("127.0.0.1", 0), _Line)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate, key)
    return _serve(server, cleanup), ssl.create_default_context(cafile=str(certificate))


class _Named(grpc.GenericRpcHandler):
    def __init__(self, name: bytes) -> None:
        self.name = name

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if details.method != METHOD:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda _request, _context: self.name)


def start_grpc(name: str, cleanup: ExitStack) -> Address:
    """Start a gRPC server that answers each call of `METHOD` with *name*."""
    server = grpc.server(ThreadPoolExecutor(4), handlers=[_Named(name.encode())], options=CHANNEL)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    cleanup.callback(lambda: server.stop(None).wait())
    return Address("127.0.0.1", port)


def call_grpc(channel: grpc.Channel) -> str:
    """Return the name of the server that answers a call over *channel*."""
    return channel.unary_unary(METHOD)(b"", timeout=30).decode()


def open_grpc(port: int, cleanup: ExitStack) -> grpc.Channel:
    return cleanup.enter_context(grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL))
