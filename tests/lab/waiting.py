"""Wait for a fact, with a deadline; nothing in the lab or its tests waits for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.05


class TooLateError(AssertionError):
    """What was waited for did not become true before the deadline."""


def until(question: Callable[[], T], what: str, deadline_s: float = 60.0) -> T:
    """Return the first true answer of *question*, asked about 20 times a second.

    Args:
        question: Asked at least once, also when the deadline has passed.
        what: Names the fact in the error: "node1 answers".
        deadline_s: Seconds from now.

    Raises:
        TooLateError: No answer was true in time; it says the last one.
    """
    end = time.monotonic() + deadline_s
    while not (answer := question()):
        if time.monotonic() > end:
            raise TooLateError(f"not within {deadline_s:g} s: {what} (last answer: {answer!r})")
        time.sleep(PAUSE_S)
    return answer
