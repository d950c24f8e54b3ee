"""Clients that ask again as soon as they are answered, and write down every wait."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from lb.model import Address

_PAUSE_S = 0.05  # after a failure: nobody who is refused asks again at once for ever
_REQUEST = b"GET / HTTP/1.1\r\nHost: web\r\nConnection: %b\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one wait: *at* on the monotonic clock, by whom; nobody if it failed."""

    at: float
    seconds: float
    server: str | None


@dataclass(slots=True)
class Loop:
    """*clients* of *address*, each with a new connection for each request.

    Attributes:
        answers: What came, or failed to, in the order of time.
        waiting: Client to the seconds for which it had been waiting at the end.
        ended: When that was, on the monotonic clock.
    """

    address: Address
    clients: int
    answers: list[Answer] = field(default_factory=list)
    waiting: dict[int, float] = field(default_factory=dict)
    ended: float = 0.0

    async def run(self, seconds: float) -> None:
        """Ask for *seconds*; `answers` and `waiting` say what came of it."""
        tasks = [asyncio.create_task(self._client(number)) for number in range(self.clients)]
        await asyncio.sleep(seconds)
        self.ended = time.monotonic()
        self.waiting = {n: self.ended - since for n, since in self.waiting.items()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _client(self, number: int) -> None:
        while True:
            began = self.waiting[number] = time.monotonic()
            server = await ask(self.address)
            now = time.monotonic()
            self.answers.append(Answer(now, now - began, server))
            if server is None:
                await asyncio.sleep(_PAUSE_S)

    def longest_s(self) -> float:
        """Return the longest wait, answered or not."""
        return max([answer.seconds for answer in self.answers] + list(self.waiting.values()))


async def ask(address: Address) -> str | None:
    """Return who answered one request, on a connection of its own; None if it failed."""
    try:
        reader, writer = await asyncio.open_connection(address.host, address.port)
    except OSError:
        return None
    try:
        writer.write(_REQUEST % b"close")
        answer = await reader.read()
    except OSError:
        return None
    finally:
        writer.close()
    return server_of(answer)


def server_of(answer: bytes) -> str | None:
    """Return the body of a complete answer with status 200; None for anything else."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found or head.split(b" ", 2)[1:2] != [b"200"]:
        return None
    return body.decode() if _length(head) == len(body) else None


async def served(address: Address, clients: int, seconds: float) -> int:
    """Return how many of *clients*, who keep their connections, are answered within *seconds*."""
    answered: set[int] = set()
    tasks = [asyncio.create_task(_keep(address, n, answered)) for n in range(clients)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return len(answered)


async def _keep(address: Address, number: int, answered: set[int]) -> None:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        while True:
            writer.write(_REQUEST % b"keep-alive")
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            answered.add(number)
    finally:
        writer.close()


def _length(head: bytes) -> int:
    lines = [line.partition(b":") for line in head.lower().splitlines()]
    return next((int(value) for name, _, value in lines if name == b"content-length"), -1)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that *share* (0 to 1) of *values* do not exceed."""
    found = sorted(values)
    return found[min(int(len(found) * share), len(found) - 1)]
