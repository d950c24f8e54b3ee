"""A TCP proxy before Redis that loses what a test tells it to lose."""

import socket
import struct
import threading
import time
from collections import Counter, deque
from contextlib import ExitStack, suppress
from enum import Enum

LATE_S = 1.0


class Loss(Enum):
    """What happens to one flush, and to the connection that it came by."""

    COMMAND = "closed before Redis has it"
    HALF = "closed when Redis has half of it"
    ANSWER = "closed when Redis applied it, before its answer arrives"
    SILENCE = "applied, but its answer never arrives"
    LATE = "closed, and delivered later, after the next one"


class Link:
    """One connection through the wire."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.loss: Loss | None = None

    def close(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):  # closed by its peer
                # Gone at once, without waiting for what is still to be read.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Wire:
    """Forwards each connection to *port* on 127.0.0.1, and flushes as `lose` says.

    Attributes:
        port: Where it listens.
        lost: What was lost so far, and how often.
        is_dead: New connections lead nowhere: they are accepted, and nothing is ever answered.
    """

    def __init__(self, port: int, cleanup: ExitStack) -> None:
        self._far_port, self._cleanup = port, cleanup
        self._next: deque[Loss] = deque()
        self._links: list[Link] = []
        self.lost: Counter[Loss] = Counter()
        self.is_dead = False
        self._listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        cleanup.callback(self.cut)
        cleanup.callback(self._listener.shutdown, socket.SHUT_RDWR)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, loss: Loss) -> None:
        """Lose the next flush."""
        self._next.append(loss)

    def cut(self) -> None:
        """Close every connection."""
        while self._links:
            self._links.pop().close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                near = self._listener.accept()[0]
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        if self.is_dead:
            self._cleanup.enter_context(near)
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._far_port))
        except OSError:  # as Redis would: it refuses
            near.close()
            return
        link = Link(near, far)
        self._links.append(link)
        for pump in (self._there, self._back):
            threading.Thread(target=pump, args=(link,), daemon=True).start()

    def _there(self, link: Link) -> None:
        with suppress(OSError):
            while sent := link.near.recv(1 << 20):
                if b"EVAL" in sent and self._next:
                    link.loss = self._next.popleft()
                    self._deliver(link, sent)
                    self.lost[link.loss] += 1
                else:
                    link.far.sendall(sent)
        if link.loss not in {Loss.HALF, Loss.LATE}:
            link.close()

    @staticmethod
    def _deliver(link: Link, sent: bytes) -> None:
        match link.loss:
            case Loss.COMMAND:
                link.close()
            case Loss.HALF:
                link.far.sendall(sent[: len(sent) // 2])
                link.near.close()
                link.far.shutdown(socket.SHUT_WR)
            case Loss.LATE:
                link.near.close()
                time.sleep(LATE_S)
                link.far.sendall(sent)
                link.far.shutdown(socket.SHUT_WR)  # Redis answers all it has, and hangs up
            case _:
                link.far.sendall(sent)

    def _back(self, link: Link) -> None:
        with suppress(OSError):
            while answer := link.far.recv(1 << 20):
                if link.loss is Loss.ANSWER:
                    break
                if link.loss is None:
                    link.near.sendall(answer)
        link.close()
