"""What asks an application from outside while it is measured: clients of ours, or a command."""

import http.client
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.child import Child
from faults import HostError
from lb.address import Address

ANSWER_WITHIN_S = 30.0
_RETRY_S = 0.1
# One that fails now and then, as when a server is busy, is a load all the same.
_AT_ONCE_S, _MOST_FAILURES = 1.0, 5
_LAST_LINES = 8
Find = Callable[[str], Address]


class Answers:
    """How long answers took; clients add to it from their threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum_s, self._number = 0.0, 0
        self._trouble: HostError | None = None

    def lose(self, trouble: HostError) -> None:
        """Take in that nobody asks any more, and why."""
        self._trouble = trouble

    def require_asked(self) -> None:
        """Return if somebody asks.

        Raises:
            HostError: Nobody does any more.
        """
        if self._trouble:
            raise self._trouble

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

        One that ends at once with an error, again and again, is lost: see `Answers`.

        Raises:
            HostError: It cannot be started.
        """
        words = [self._filled(word, find) for word in self.words]
        over, answers = threading.Event(), Answers()
        again = _Again(words, answers, _started(words))
        thread = threading.Thread(target=again.run, args=(over,), daemon=True)
        thread.start()
        try:
            yield answers
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


@dataclass(slots=True)
class _Again:
    """A command that is started again when it ends, unless it does nothing but fail."""

    words: Sequence[str]
    answers: Answers
    child: Child
    _failures: int = 0
    _begin_s: float = field(default_factory=time.monotonic)
    _said: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))

    def run(self, over: threading.Event) -> None:
        while not over.wait(_RETRY_S):
            self._said.extend(self.child.lines())
            code = self.child.code()
            if code is None:
                continue
            self._said.extend(self.child.last_lines())
            self.child.close()
            try:
                self._require_good(code)
                self.child = _started(self.words)
            except HostError as error:
                self.answers.lose(error)
                return
            self._begin_s = time.monotonic()
        self.child.signal(signal.SIGTERM)
        self.child.signal(signal.SIGKILL)
        self.child.popen.wait()
        self.child.close()

    def _require_good(self, code: int) -> None:
        is_bad = code != 0 and time.monotonic() - self._begin_s < _AT_ONCE_S
        self._failures = self._failures + 1 if is_bad else 0
        if self._failures >= _MOST_FAILURES:
            raise HostError(
                f"the command of --load ends at once with code {code}, again and again",
                fix="give --load a command that asks, and that ends with code 0 if it ends",
                reasons=tuple(self._said),
            )
        self._said.clear()
