"""How a worker finds a peer again: within a second after it returns."""

import logging
import random
import socket
import time

# A try begins, fails and is followed by the next within a second, whatever is wrong.
CONNECT_TIMEOUT_S = 0.5
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 0.3
SAY_AGAIN_AFTER_S = 10.0
# A peer whose machine vanished says nothing: the kernel asks it each second, and gives up after 3.
_TCP = {
    "TCP_NODELAY": 1,
    "TCP_KEEPIDLE": 1,
    "TCP_KEEPINTVL": 1,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 3000,  # milliseconds
}
TCP_OPTIONS = {
    getattr(socket, name): value for name, value in _TCP.items() if hasattr(socket, name)
}

log = logging.getLogger("worker")


class Outage:
    """How long to wait after each failure in a row, and what the log says: not every one."""

    def __init__(self) -> None:
        self._failures, self._since, self._said = 0, 0.0, 0.0

    def wait_s(self, error: Exception) -> float:
        """Return the seconds to wait after *error*: random, longer each time, never long."""
        now = time.monotonic()
        if not self._failures:
            self._since = now
        longest = min(FIRST_WAIT_S * 2**self._failures, LONGEST_WAIT_S)
        wait = random.uniform(longest / 2, longest)  # noqa: S311 - no secret; workers must not march in step
        if not self._failures or now - self._said >= SAY_AGAIN_AFTER_S:
            self._said = now
            text = f"{type(error).__name__}: {error}"
            log.warning("%s; next try in %.2f s, after %.0f s", text, wait, now - self._since)
        self._failures = min(self._failures + 1, 10)
        return wait

    def over(self, what: str) -> None:
        """Say that *what* works again, if it did not."""
        if self._failures:
            log.info("%s again, after %.1f s", what, time.monotonic() - self._since)
        self._failures = 0
