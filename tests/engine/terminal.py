"""A program on a terminal, as a person uses it there."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.lab.waiting import TooLateError, until


@dataclass(slots=True)
class Terminal:
    """A program on a terminal of its own, of 60 columns and 20 lines."""

    popen: subprocess.Popen[bytes]
    master: int
    slave: int
    said: str = ""
    before: list[object] = field(default_factory=list)

    @classmethod
    def start(cls, *command: str, cleanup: ExitStack) -> "Terminal":
        master, slave = pty.openpty()
        cleanup.callback(os.close, master)
        cleanup.callback(os.close, slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        modes = termios.tcgetattr(slave)
        env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": ""}

        def own() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        popen = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={name: text for name, text in env.items() if text},
            start_new_session=True,
            preexec_fn=own,  # noqa: PLW1509 - this test has one thread
        )
        cleanup.callback(popen.wait)
        cleanup.callback(popen.kill)
        return cls(popen, master, slave, before=modes)

    def press(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait_for(self, words: str) -> None:
        """Return once *words* were printed after what was asked for before."""
        try:
            until(lambda: words in self.read(), f"{words!r} is printed", 30)
        except TooLateError as error:
            raise TooLateError(f"{error}: {self.said[-2000:]!r}") from None
        self.said = self.said.partition(words)[2]

    def end(self, within_s: float = 30) -> int:
        """Return the exit code; what is printed meanwhile is kept."""
        until(self._has_ended, "it ends", within_s)
        return self.popen.returncode

    def read(self) -> str:
        """Return what was printed, with all that is there by now."""
        while select.select([self.master], [], [], 0)[0]:
            self.said += os.read(self.master, 65536).decode("utf-8", "replace")
        return self.said

    def _has_ended(self) -> bool:
        ended = self.popen.poll() is not None
        self.read()  # a full terminal would hold it up, and its last words come after this
        return ended

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self.slave)
