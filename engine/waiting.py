"""Wait until something is so."""

import time
from collections.abc import Callable

# How long a new replica may take to listen.
LISTEN_WITHIN_S = 30.0
# How long a drained server may take to be idle, unless a person says otherwise; and how long a new
# replica may take to be healthy.
DRAIN_WITHIN_S = 30.0
HEALTHY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.1


def until(question: Callable[[], bool], deadline_s: float) -> bool:
    """Return whether the answer of *question* is yes within *deadline_s* seconds."""
    end_s = time.monotonic() + deadline_s
    while not question():
        if time.monotonic() > end_s:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
