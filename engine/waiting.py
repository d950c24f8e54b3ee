"""Wait until something is so."""

import time
from collections.abc import Callable

LOOK_EVERY_S = 0.1


def until(question: Callable[[], bool], deadline_s: float) -> bool:
    """Return whether the answer of *question* is yes within *deadline_s* seconds."""
    end_s = time.monotonic() + deadline_s
    while not question():
        if time.monotonic() > end_s:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
