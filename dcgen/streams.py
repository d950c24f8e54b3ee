"""The standard streams of a run, whatever they are, and what the operating system refuses.

Python leaves out a stream that is closed, so that the next file that is opened takes its number,
and ends with 120 if what was printed last cannot be written. Here both are errors like others.
"""

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dcgen.reporting import report
from faults import HostError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_FULL = "free space on that disk, or use another one"
_FIXES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: "correct the permissions, or use another file",
    errno.EMFILE: "allow more open files: ulimit -n 4096",
    errno.EBADF: "leave standard input and output open",
}
_OF_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO}


class _Messages(io.FileIO):
    # What cannot be said must not end what is being done: messages are not the product.
    def write(self, data: "Buffer") -> int:
        with suppress(OSError):
            return super().write(data)
        return memoryview(data).nbytes


def prepare() -> None:
    """Open what is closed, so that to use it is an error, and let messages fail in silence."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if not _is_open(number):
            # The lowest free number is the one that is missing.
            os.open(os.devnull, os.O_RDONLY if number else os.O_WRONLY)
            stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Messages(2, "w", closefd=False)),
        encoding=sys.stderr.encoding,
        errors="backslashreplace",
        line_buffering=True,
    )


def flush(code: str | int | None) -> str | int | None:
    """Write what is left of standard output; return *code*, or another one if that fails."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python tries once more, at its end
        return code or refused(error)
    return code


def refused(error: OSError) -> int:
    """Show what the operating system refused, which nobody foresaw; return the exit code."""
    what = error.strerror or str(error)
    if error.filename:
        what = f"{what}: '{os.fsdecode(error.filename)}'"
    elif error.errno in _OF_WRITING:
        what = f"cannot write to standard output: {what}"
    fix = _FIXES.get(error.errno or 0, "remove that cause, and run it again")
    if not _works(Path.cwd):
        what, fix = "the folder in which dcgen runs was deleted", "change to another one: cd"
    return report(HostError(what, fix=fix))


def _is_open(number: int) -> bool:
    return _works(lambda: os.fstat(number))


def _works(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True
