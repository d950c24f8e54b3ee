"""One feed of events for any number of viewers: server-sent events, with a limit.

Source: HTML standard, "Server-sent events": fields ``id``, ``event``, ``data``, ``retry``, and
the request's ``Last-Event-ID``. An id is ``RUN-NUMBER``, where RUN names this process: after a
restart an old id asks for all.
"""

import json
import secrets
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

KEPT = 60
HEARTBEAT_S = 15.0
RETRY_MS = 1000
HEARTBEAT = b": nothing new\n\n"


class TooManyError(Exception):
    """All streams are taken."""


class Feed:
    """Keeps the last `KEPT` events, and hands each to all streams.

    Args:
        snapshot: Returns all that a new viewer needs; it is asked once for each event at most.
        limit: How many streams there may be at once.
    """

    def __init__(self, snapshot: Callable[[], Any], limit: int) -> None:
        self._snapshot, self._limit = snapshot, limit
        self._run, self._number, self._streams = secrets.token_hex(4), 0, 0
        self._events: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._all: tuple[int, str] = (-1, "")
        self._news = threading.Condition()

    @property
    def streams(self) -> int:
        """How many streams there are."""
        return self._streams

    def publish(self, content: Callable[[], Any]) -> None:
        """Hand what *content* returns to all streams; no snapshot is taken meanwhile."""
        with self._news:
            text = _json(content())
            self._number += 1
            self._events.append((self._number, text))
            self._news.notify_all()

    def since(self, last_id: str) -> dict[str, Any]:
        """Return ``{"id", "snapshot", "events"}``: what a viewer lacks that has *last_id*."""
        with self._news:
            number, whole, events = self._lacking(last_id)
            snapshot = json.loads(whole) if whole else None
            return {
                "id": f"{self._run}-{number}",
                "snapshot": snapshot,
                "events": [json.loads(text) for _, text in events],
            }

    def stream(self, last_id: str) -> "Stream":
        """Return a stream of what a viewer lacks that has *last_id*, and of what comes.

        Raises:
            TooManyError: There are as many as there may be.
        """
        with self._news:
            if self._streams >= self._limit:
                raise TooManyError
            self._streams += 1
        return Stream(self, last_id)

    def first(self, last_id: str) -> tuple[int, bytes]:
        """Return the number of the newest event, and the bytes that a stream begins with."""
        with self._news:
            number, whole, events = self._lacking(last_id)
            parts = [f"retry: {RETRY_MS}\n\n"]
            if whole:
                parts.append(self._event(number, whole, "snapshot"))
            parts += [self._event(n, text) for n, text in events]
            return number, "".join(parts).encode()

    def after(self, number: int) -> tuple[int, bytes]:
        """Return the same for events after *number*; waits for one, or for the heartbeat."""
        with self._news:
            if not self._news.wait_for(lambda: self._number > number, HEARTBEAT_S):
                return number, HEARTBEAT
            if self._events[0][0] > number + 1:  # it was asleep for a minute
                return self._number, self._event(self._number, self._whole(), "snapshot").encode()
            parts = [self._event(n, text) for n, text in self._events if n > number]
            return self._number, "".join(parts).encode()

    def leave(self) -> None:
        """Count one stream less."""
        with self._news:
            self._streams -= 1

    def _lacking(self, last_id: str) -> tuple[int, str, list[tuple[int, str]]]:
        run, _, text = last_id.rpartition("-")
        number = int(text) if text.isascii() and text.isdigit() else -1
        oldest = self._events[0][0] if self._events else 1
        if run == self._run and oldest - 1 <= number <= self._number:
            return self._number, "", [event for event in self._events if event[0] > number]
        return self._number, self._whole(), []

    def _whole(self) -> str:
        if self._all[0] != self._number:
            self._all = self._number, _json(self._snapshot())
        return self._all[1]

    def _event(self, number: int, text: str, kind: str = "") -> str:
        return f"id: {self._run}-{number}\n" + f"event: {kind}\n" * bool(kind) + f"data: {text}\n\n"


class Stream:
    """The bytes for one viewer, without an end. Not a generator: `close` works before it begins."""

    def __init__(self, feed: Feed, last_id: str) -> None:
        self._feed, self._last_id, self._open = feed, last_id, True
        self._number: int | None = None

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        """Return what is next; waits for it."""
        if self._number is None:
            self._number, content = self._feed.first(self._last_id)
        else:
            self._number, content = self._feed.after(self._number)
        return content

    def close(self) -> None:
        """Give its place to another viewer."""
        if self._open:
            self._open = False
            self._feed.leave()


def _json(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))
