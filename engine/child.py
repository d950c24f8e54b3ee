"""One process of the host: started so that it cannot outlive us, read line by line."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK_BYTES = 65536
_LONGEST_LINE_BYTES = 65536
_PR_SET_PDEATHSIG = 1


def _dies_with_us() -> Callable[[], None] | None:
    # Linux only: elsewhere a parent that is killed with -9 leaves its children.
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


@dataclass(slots=True)
class Child:
    """A running process, in a session of its own: the terminal's Ctrl-C reaches only us."""

    popen: subprocess.Popen[bytes]
    at_end: bool = False
    _rest: bytearray = field(default_factory=bytearray)

    @classmethod
    def start(cls, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> "Child":
        """Return a process that runs *command* in *folder* with *env* as all of its variables.

        Args:
            command: The words; no shell reads them.
            folder: Where it runs.
            env: All of its variables.

        Raises:
            OSError: The system refuses to start it.
        """
        popen = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_dies_with_us(),  # noqa: PLW1509 - the engine has one thread
        )
        child = cls(popen)
        os.set_blocking(child.fileno(), False)
        return child

    def fileno(self) -> int:
        """Return the descriptor that its output is read from."""
        return self.popen.stdout.fileno() if self.popen.stdout else -1

    def lines(self) -> Iterator[str]:
        """Yield what it has written, in whole lines, without waiting for more."""
        self._read()
        yield from self._whole()

    def last_lines(self) -> Iterator[str]:
        """Yield what was still to be read after its end."""
        while self._read():
            yield from self._whole()
        self.at_end = True
        yield from self._whole()

    def _read(self) -> bool:
        try:
            chunk = os.read(self.fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self.at_end = not chunk
        self._rest += chunk
        return bool(chunk)

    def _whole(self) -> Iterator[str]:
        *lines, rest = self._rest.split(b"\n")
        if len(rest) > _LONGEST_LINE_BYTES or (self.at_end and rest):
            lines, rest = [*lines, rest], bytearray()
        self._rest = rest
        yield from (line.decode("utf-8", "replace").rstrip("\r") for line in lines)

    def close(self) -> None:
        """Let go of a process that has ended."""
        if self.popen.stdout:
            self.popen.stdout.close()

    def code(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs.

        What it started itself and left behind is killed.
        """
        code = self.popen.poll()
        if code is not None:
            self.signal(signal.SIGKILL)
        return code

    def end(self, within_s: float) -> None:
        """Ask it to end, kill it after *within_s* seconds, and let go of it."""
        self.signal(signal.SIGTERM)
        try:
            self.popen.wait(within_s)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.popen.wait()
        self.close()

    def signal(self, number: signal.Signals) -> None:
        """Send *number* to it and to everything that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)
