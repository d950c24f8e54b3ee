"""One thing at a time that is done while others go on, and that is told when it has been done."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from engine.events import Changed


class Meanwhile:
    """What is done by *pool*, which has one worker; see `meanwhile`."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._begun: Future[Iterable[Changed]] | None = None

    def begin(self, act: Callable[[], Iterable[Changed]]) -> None:
        """Do *act*, which returns what is to be told, and return at once.

        What was begun before must have been `told`.
        """
        self._begun = self._pool.submit(act)

    def told(self) -> Iterator[Changed]:
        """Wait for what was begun, if anything was, and yield what it tells.

        Raises:
            Exception: What was begun raised it.
        """
        begun, self._begun = self._begun, None
        if begun:
            yield from begun.result()


@contextmanager
def meanwhile() -> Iterator[Meanwhile]:
    """Give one of which all is over at the end of the block, also if an error ends that."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield Meanwhile(pool)
