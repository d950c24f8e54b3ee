"""A server that works on one request at a time and answers its name, as a slow service does."""

import socket
import sys
import time

_HEAD_ENDS = b"\r\n\r\n"
_TIMEOUT_S = 5


def serve(connection: socket.socket, name: bytes, delay_s: float) -> None:
    """Answer the one request of *connection*; a health check asks nothing and takes no time."""
    connection.settimeout(_TIMEOUT_S)
    request = b""
    while _HEAD_ENDS not in request:
        received = connection.recv(4096)
        if not received:
            return
        request += received
    time.sleep(delay_s)
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(name)
    connection.sendall(head + name)


if __name__ == "__main__":
    _, own_name, host, port, delay = sys.argv
    with socket.create_server((host, int(port)), backlog=1024) as listener:
        while True:
            accepted, _ = listener.accept()
            with accepted:
                try:
                    serve(accepted, own_name.encode(), float(delay))
                except OSError:
                    continue
