"""What asks an application from outside while it is measured: clients of ours, or a command."""

import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.child import Child
from faults import HostError
from lb.address import Address

ANSWER_WITHIN_S = 30.0
_RETRY_S = 0.1
Find = Callable[[str], Address]


class Answers:
    """How long answers took; clients add to it from their threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum_s, self._number = 0.0, 0

    def add(self, took_s: float) -> None:
        """Take in an answer that took *took_s*."""
        with self._lock:
            self._sum_s += took_s
            self._number += 1

    def mean_s(self) -> float | None:
        """Return the mean time that an answer took since it was asked last; None if none came."""
        with self._lock:
            found = self._sum_s / self._number if self._number else None
            self._sum_s, self._number = 0.0, 0
            return found


@dataclass(frozen=True, slots=True)
class Clients:
    """A closed loop: clients that ask by HTTP, wait for the answer, and ask again.

    Attributes:
        number: How many.
        service: Whom they ask.
        path: What they ask for.
    """

    number: int
    service: str
    path: str = "/"

    @contextmanager
    def asking(self, find: Find) -> Iterator[Answers]:
        """Let them ask as long as this block lasts.

        Args:
            find: Returns where a service answers.
        """
        address, over, answers = find(self.service), threading.Event(), Answers()
        threads = [
            threading.Thread(target=self._ask, args=(address, over, answers), daemon=True)
            for _ in range(self.number)
        ]
        for thread in threads:
            thread.start()
        try:
            yield answers
        finally:
            over.set()
            for thread in threads:
                thread.join(ANSWER_WITHIN_S)

    def _ask(self, address: Address, over: threading.Event, answers: Answers) -> None:
        while not over.is_set():
            begin_s = time.monotonic()
            connection = http.client.HTTPConnection(
                address.host, address.port, timeout=ANSWER_WITHIN_S
            )
            try:
                connection.request("GET", self.path, headers={"Connection": "close"})
                connection.getresponse().read()
                answers.add(time.monotonic() - begin_s)
            except (OSError, http.client.HTTPException):
                over.wait(_RETRY_S)
            finally:
                connection.close()


@dataclass(frozen=True, slots=True)
class Command:
    """A command that asks; ``{webui}`` in a word becomes the address of service webui.

    Attributes:
        words: The command; no shell reads them.
        services: The services that it may name.
    """

    words: Sequence[str]
    services: Sequence[str]

    @contextmanager
    def asking(self, find: Find) -> Iterator[Answers]:
        """Let it run as long as this block lasts; one that ends is started again.

        Raises:
            HostError: It cannot be started.
        """
        words = [self._filled(word, find) for word in self.words]
        over = threading.Event()
        first = _started(words)
        thread = threading.Thread(target=_again, args=(words, first, over), daemon=True)
        thread.start()
        try:
            yield Answers()
        finally:
            over.set()
            thread.join()

    def _filled(self, word: str, find: Find) -> str:
        for service in self.services:
            if f"{{{service}}}" in word:
                word = word.replace(f"{{{service}}}", str(find(service)))
        return word


Loading = Clients | Command


def _started(words: Sequence[str]) -> Child:
    try:
        return Child.start(words, Path.cwd(), os.environ)
    except OSError as error:
        what = f"cannot start '{words[0]}': {error.strerror}"
        raise HostError(what, fix="give --load a program that is on PATH") from error


def _again(words: Sequence[str], child: Child, over: threading.Event) -> None:
    while not over.wait(_RETRY_S):
        for _ in child.lines():
            pass
        if child.code() is not None:
            child.close()
            child = _started(words)
    child.signal(signal.SIGTERM)
    child.signal(signal.SIGKILL)
    child.popen.wait()
    child.close()
