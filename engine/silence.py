"""What has said nothing for long, as a Docker host: if it does not answer either, it is lost.

A build may take an hour and say nothing, so no command has a time-out of its own. A daemon that
hangs, or whose host was cut off, answers no question meanwhile: that is what tells them apart.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Asked = TypeVar("Asked", bound=Hashable)  # a Docker host

SILENT_S = 15.0
_QUESTIONS = 2  # one that got lost is none


@dataclass(slots=True)
class Silence(Generic[Asked]):
    """How long the hosts of a command have been silent.

    Args:
        ask: Returns why no daemon answers on a host; None if one does. Must end by itself.
        silent_s: Seconds without a word after which it is asked.
    """

    ask: Callable[[Asked], str | None]
    silent_s: float = SILENT_S
    _heard_s: dict[Asked, float] = field(default_factory=dict)
    _asked: dict[Asked, "Future[str | None]"] = field(default_factory=dict)
    _unanswered: dict[Asked, int] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=32))

    def heard(self, host: Asked) -> None:
        """Note that *host* has said something now."""
        self._heard_s[host] = time.monotonic()
        self._unanswered.pop(host, None)

    def lost(self, hosts: Iterable[Asked]) -> Iterator[tuple[Asked, str]]:
        """Yield those of *hosts* whose daemon does not answer, and why; asks who is silent."""
        for host in hosts:
            answer = self._asked.get(host)
            if answer is None:
                if time.monotonic() - self._heard_s[host] >= self.silent_s:
                    self._asked[host] = self._pool.submit(self.ask, host)
            elif answer.done():
                del self._asked[host]
                yield from self._judged(host, answer.result())

    def close(self) -> None:
        """Ask nobody any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _judged(self, host: Asked, reason: str | None) -> Iterator[tuple[Asked, str]]:
        if reason is None:
            self.heard(host)
            return
        self._unanswered[host] = self._unanswered.get(host, 0) + 1
        if self._unanswered[host] >= _QUESTIONS:
            yield host, reason
