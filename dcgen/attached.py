"""What has this terminal is heard on its way there, so that its failure can be explained."""

import os
import re
import sys
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from struct import pack
from termios import TIOCSWINSZ

from dcgen.reporting import INTERRUPTED
from engine.hosts import Host, full, is_full

_STDERR = 2
_CHUNK_BYTES = 65536
# What the program started may keep its standard error open after its own end.
_END_WITHIN_S = 1.0
# As Compose marks what a service says: that may be of a disk of its own.
_OF_A_SERVICE = re.compile(r"(\x1b\[[\d;]*m)*[\w.-]+ *\| ")


def attach(host: Host, command: Sequence[str], text: str | None = None) -> int:
    """Run *command*, which has Docker write to the disk of *host*, with this terminal.

    Returns its exit code. Ends as it does where it was interrupted.

    Args:
        host: Where.
        command: The words.
        text: Its standard input; None for ours.

    Raises:
        HostError: It failed because that disk is full.
    """
    heard: list[str] = []
    with overheard(lambda line: heard.extend([line] * is_full(line))) as stderr:
        code = host.attach(command, text, stderr=stderr)
    if code == INTERRUPTED:
        sys.exit(INTERRUPTED)
    if code:
        require_room(host, heard)
    return code


def require_room(host: Host, said: Sequence[str]) -> None:
    """Return if a command that failed on *host* has not *said*, in lines, that the disk is full.

    Raises:
        HostError: It has.
    """
    if any(is_full(line) and not _OF_A_SERVICE.match(line) for line in said):
        raise full(host)


@contextmanager
def overheard(hear: Callable[[str], None]) -> Iterator[int]:
    """Give a standard error for a program: all of it goes to ours, and each line to *hear*.

    It is a terminal if ours is one, of the same size, so that the program draws as it would
    without us. *hear* is called in a thread of its own.
    """
    near, far = _terminal() if os.isatty(_STDERR) else os.pipe()
    thread = threading.Thread(target=_pass_on, args=(near, hear), daemon=True)
    thread.start()
    try:
        yield far
    finally:
        os.close(far)
        thread.join(_END_WITHIN_S)


def _terminal() -> tuple[int, int]:
    near, far = os.openpty()
    tty.setraw(far)  # else line ends are translated twice: ours does it, too
    columns, lines = os.get_terminal_size(_STDERR)
    ioctl(near, TIOCSWINSZ, pack("HHHH", lines, columns, 0, 0))
    return near, far


def _pass_on(near: int, hear: Callable[[str], None]) -> None:
    rest = b""
    while chunk := _read(near):
        with suppress(OSError):  # who reads ours has gone: the program goes on nevertheless
            os.write(_STDERR, chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            hear(line.decode(errors="replace"))
        rest = rest[-_CHUNK_BYTES:]
    hear(rest.decode(errors="replace"))
    os.close(near)


def _read(near: int) -> bytes:
    try:
        return os.read(near, _CHUNK_BYTES)
    except OSError:  # EIO: nothing has the other side of the terminal open any more
        return b""
