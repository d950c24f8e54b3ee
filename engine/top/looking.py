"""Look at several hosts at once; one that takes long does not hide the others."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from typing import Protocol

from engine.top.samples import Seen
from faults import HostError, UserError

WITHIN_S = 15.0


class Source(Protocol):
    """One host, which can be looked at again and again."""

    host: str

    def look(self) -> Seen:
        """Return what runs there now."""

    def close(self) -> None:
        """Look no more."""


class Looking:
    """Looks at all of *sources*, each in a thread that nobody waits for in the end.

    Args:
        sources: The hosts.
        within_s: How long to wait for all of them, in seconds.
    """

    def __init__(self, sources: Sequence[Source], within_s: float = WITHIN_S) -> None:
        self._sources, self._within_s = sources, within_s
        self._under_way: dict[int, Future[Seen]] = {}

    def look(self) -> list[tuple[Source, Seen | UserError]]:
        """Return what each of the hosts shows, or why it does not.

        One that has not answered in time is not asked anew before it has.
        """
        deadline_s = time.monotonic() + self._within_s
        for number, source in enumerate(self._sources):
            if number not in self._under_way:
                self._under_way[number] = _begin(source)
        return [
            (source, self._answer(number, deadline_s))
            for number, source in enumerate(self._sources)
        ]

    def _answer(self, number: int, deadline_s: float) -> Seen | UserError:
        try:
            answer = self._under_way[number].result(max(0.0, deadline_s - time.monotonic()))
        except LateError:
            what = f"no answer within {self._within_s:g} s"
            return HostError(
                what,
                fix="run `docker version` on that host, and restart Docker if it does not answer",
            )
        except UserError as error:
            del self._under_way[number]
            return error
        del self._under_way[number]
        return answer


def _begin(source: Source) -> Future[Seen]:
    future: Future[Seen] = Future()

    def run() -> None:
        try:
            future.set_result(source.look())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
