"""A constant load of requests, and what became of each of them."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from tests.lab.project import fetch
from tests.lab.waiting import until

PAUSE_S = 0.02
WITHIN_S = 15.0


@dataclass(slots=True)
class Load:
    """Clients that ask one after the other, each time over a connection of their own.

    Attributes:
        url: What they ask for.
        connect_within_s: A connection that is not open after so many seconds has failed. TCP tries
            again after 1 s: with less, the gap is that of the port, without what TCP adds.
        answered: How many requests were answered with 200, by what the answer says.
        failed: The others, as text.
        gap_s: The longest time without an answer to any client, in seconds.
    """

    url: str
    connect_within_s: float = WITHIN_S
    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    gap_s: float = 0.0
    _answered_s: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _began_s: float = field(default_factory=time.monotonic)

    @property
    def total(self) -> int:
        """Return the number of requests so far."""
        return sum(self.answered.values()) + len(self.failed)

    @property
    def unanswered(self) -> list[str]:
        """Return the failures of those who waited for an answer that never came."""
        return [one for one in self.failed if "timed out" in one]

    @property
    def verdict(self) -> str:
        """Return ``0 of 2000 failed``, with the first failures if there are any."""
        return " ".join([f"{len(self.failed)} of {self.total} failed", *self.failed[:5]])

    def more(self, requests: int, deadline_s: float = 30) -> None:
        """Return once so many more requests have been answered."""
        goal = sum(self.answered.values()) + requests
        until(lambda: sum(self.answered.values()) >= goal, f"{requests} more answers", deadline_s)

    def who(self, requests: int = 80) -> set[str]:
        """Return who answers the next *requests*."""
        with self._lock:
            before = self.answered.copy()
        self.more(requests)
        with self._lock:
            return set(self.answered - before)

    def await_answers_of(self, number: int, deadline_s: float = 20) -> None:
        """Return once so many different servers answer."""
        until(lambda: len(self.who()) == number, f"{number} servers answer", deadline_s)

    def run(self) -> None:
        """Ask until it is over."""
        place = urlsplit(self.url)
        while not self._over.is_set():
            begin_s = time.monotonic()
            connection = HTTPConnection(
                place.hostname or "", place.port, timeout=self.connect_within_s
            )
            try:
                connection.connect()
                connection.sock.settimeout(WITHIN_S)
                connection.request("GET", place.path or "/")
                answer = connection.getresponse()
                text = answer.read().decode(errors="replace").strip()
                self._note("" if answer.status == 200 else f"status {answer.status}", text, begin_s)
            except (OSError, HTTPException) as error:
                self._note(f"{type(error).__name__} {error}", "", begin_s)
            finally:
                connection.close()
            self._over.wait(PAUSE_S)  # constant, but not all that the machine can do

    def end(self) -> None:
        """Let every client end after its present request."""
        self._over.set()

    def _note(self, trouble: str, text: str, begin_s: float) -> None:
        with self._lock:
            if trouble:
                at_s, took_s = begin_s - self._began_s, time.monotonic() - begin_s
                self.failed.append(f"({trouble} at {at_s:.2f} s after {took_s:.2f} s)")
            else:
                now_s = time.monotonic()
                self.gap_s = max(self.gap_s, now_s - self._answered_s)
                self._answered_s = now_s
                self.answered[text] += 1


@contextmanager
def load(url: str, clients: int = 10, *, connect_within_s: float = WITHIN_S) -> Iterator[Load]:
    """Give a load on *url*, from the moment that it answers; it is over at the end."""
    until(lambda: _answers(url), f"{url} answers")
    made = Load(url, connect_within_s)
    threads = [threading.Thread(target=made.run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        made.more(clients)
        yield made
    finally:
        made.end()
        for thread in threads:
            thread.join(20)


def _answers(url: str) -> bool:
    with suppress(OSError):
        fetch(url)
        return True
    return False
