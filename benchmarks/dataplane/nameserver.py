"""A nameserver on loopback that knows one thing, and can be taken away."""

import socket
import struct
import threading
from contextlib import ExitStack, suppress
from typing import Literal

from benchmarks.dataplane.processes import LOOPBACK
from lb.model import Address

State = Literal["answers", "refuses", "is silent"]

_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHHIH4s")
_A = 1
_RESPONSE = 0x8180  # recursion was desired and is available, no error (RFC 1035, 4.1.1)
_REFUSED = 0x8185
_TTL_S = 600  # as Docker's


class Nameserver:
    """Answers every question for IPv4 with `addresses`, whatever the name, while it `answers`."""

    def __init__(self, cleanup: ExitStack) -> None:
        self._socket = cleanup.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._socket.bind((LOOPBACK, 0))
        self.addresses: list[str] = []
        self.state: State = "answers"
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._socket.getsockname()
        return Address(host, port)

    def _serve(self) -> None:
        with suppress(OSError):  # closed: the measurement is over
            while True:
                query, client = self._socket.recvfrom(4096)
                if self.state != "is silent":
                    self._socket.sendto(reply(query, self.addresses, self.state), client)


def reply(query: bytes, addresses: list[str], state: State = "answers") -> bytes:
    """Return the answer to *query* (RFC 1035, 4): *addresses* if it asks for IPv4."""
    number, _, questions, *_ = _HEADER.unpack_from(query)
    end = query.index(b"\0", _HEADER.size) + 5  # the name, then type and class
    question = query[_HEADER.size : end]
    (kind,) = struct.unpack_from("!H", question, len(question) - 4)
    found = addresses if state == "answers" and kind == _A else []
    flags = _RESPONSE if state == "answers" else _REFUSED
    pointer = 0xC000 | _HEADER.size
    records = (
        _RECORD.pack(pointer, _A, 1, _TTL_S, 4, socket.inet_aton(address)) for address in found
    )
    return _HEADER.pack(number, flags, questions, len(found), 0, 0) + question + b"".join(records)
