"""``docker load`` on a host, fed as fast as it takes it; a host that is lost ends it."""

from collections.abc import Callable

from engine.docker.compose import lost
from engine.hosts import Host
from engine.streams import Feeding
from faults import HostError

SILENT_S = 15.0
_QUESTIONS = 2  # one that got lost is none


class Load:
    """A ``docker load`` that runs on *host*: write an archive to it, then `finish`.

    *sent* is how many bytes it took so far.

    Raises:
        HostError: It cannot be started, or the host cannot be reached.
    """

    def __init__(self, host: Host) -> None:
        self.sent = 0
        self._host = host
        self._ended = False
        self._feeding = Feeding(host, ("docker", "load", "--quiet"))

    def write(self, data: bytes) -> int:
        """Send *data*; nothing more goes to a load that has ended, which `finish` tells.

        Raises:
            HostError: The host takes nothing more, and does not answer.
        """
        view = memoryview(data)
        while view and not self._ended:
            self._wait(self._feeding.takes)
            count = self._feeding.feed(view)
            self._ended = count < 0
            self.sent += max(count, 0)
            view = view[max(count, 0) :]
        return len(data)

    def finish(self) -> str:
        """Wait until all is loaded; return what it said if it failed, else nothing.

        Raises:
            HostError: The host does not answer.
        """
        self._wait(self._feeding.ends)
        code, said = self._feeding.said()
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        # With the containerd image store an image that lacks a layer is named, all the same.
        bad = next((line for line in lines if line.startswith("Error unpacking")), "")
        return bad or ((lines or ["it says nothing"])[-1] if code else "")

    def end(self) -> None:
        """Kill it, if it runs. Safe in a signal handler."""
        self._feeding.kill()

    def close(self) -> None:
        """End it, and let go of it."""
        self._feeding.close()

    def _wait(self, happened: Callable[[float], bool]) -> None:
        unanswered = 0
        while not happened(SILENT_S):
            reason = lost(self._host)
            unanswered = unanswered + 1 if reason else 0
            if unanswered >= _QUESTIONS:
                raise HostError(
                    f"{reason}: given up after {self.sent} bytes",
                    fix="run the same command again when it answers: it sends what is missing",
                )
