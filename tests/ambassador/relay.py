"""A plain TCP relay that keeps what passes: what somebody on the wire would read."""

import socket
import threading
from contextlib import ExitStack, suppress

from lb.model import Address


class Relay:
    """Passes bytes on to an address, both ways, and keeps them in *seen*."""

    def __init__(self, to: Address, cleanup: ExitStack) -> None:
        """Listen until *cleanup*."""
        self.seen = bytearray()
        self._to, self._cleanup = to, cleanup
        self._listening = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.address = Address("127.0.0.1", int(self._listening.getsockname()[1]))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._cleanup.enter_context(self._listening.accept()[0])
                server = socket.create_connection((self._to.host, self._to.port))
                self._cleanup.enter_context(server)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.seen += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
