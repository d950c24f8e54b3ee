"""One history for any number of viewers: each gets all of it first, then what is new.

Source: HTML standard, "Server-sent events". A viewer who comes back gets all again, so that the
graph has no gap; the numbers in ``id`` are for those who debug.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dcgen.top import content
from dcgen.top.history import History
from engine.top.samples import Sample

HEARTBEAT_S = 15.0
# An event, not a comment: the page cannot see those.
HEARTBEAT = b"event: beat\ndata: nothing new\n\n"
RETRY = b"retry: 1000\n\n"
MOST_STREAMS = 64


class TooManyError(Exception):
    """There are as many streams as there may be."""


class Broadcast:
    """What viewers are told."""

    def __init__(self) -> None:
        self._history = History()
        self._number, self._latest, self._streams = 0, b"", 0
        self._news = threading.Condition()

    def publish(self, sample: Sample) -> None:
        """Tell all viewers of *sample*."""
        with self._news:
            self._history.add(sample)
            self._number += 1
            self._latest = self._event("news", content.news(self._history))
            self._news.notify_all()

    def everything(self) -> bytes:
        """Return all that there is, as JSON."""
        with self._news:
            return json.dumps(content.snapshot(self._history)).encode()

    @contextmanager
    def stream(self) -> Iterator[Iterator[bytes]]:
        """Give a stream of events without an end.

        Raises:
            TooManyError: There are `MOST_STREAMS` already.
        """
        with self._news:
            if self._streams >= MOST_STREAMS:
                raise TooManyError
            self._streams += 1
        try:
            yield self._events()
        finally:
            with self._news:
                self._streams -= 1

    def _events(self) -> Iterator[bytes]:
        number, event = self._whole()
        yield RETRY + event
        while True:
            with self._news:
                if self._number == number:
                    self._news.wait(HEARTBEAT_S)
                behind, latest = self._number - number, self._latest
            if behind == 0:
                yield HEARTBEAT
            elif behind == 1:
                number += 1
                yield latest
            else:  # it was slow
                number, event = self._whole()
                yield event

    def _whole(self) -> tuple[int, bytes]:
        with self._news:
            return self._number, self._event("all", content.snapshot(self._history))

    def _event(self, kind: str, value: dict[str, Any]) -> bytes:
        text = json.dumps(value, separators=(",", ":"))
        return f"id: {self._number}\nevent: {kind}\ndata: {text}\n\n".encode()
