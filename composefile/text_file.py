"""The text of a file that somebody else wrote: a regular file, bounded, in UTF-8.

A pipe may never end, a device has no end, and a file may be larger than the machine.
"""

import os
import stat
from pathlib import Path

# What people write by hand is shorter: a Dockerfile, a list of requirements, a configuration.
MOST_BYTES = 256 * 1024


class UnreadableError(Exception):
    """A file cannot be read; the text says why: ``it is not a regular file``."""


def read(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """Return the text of the file at *path*, which has at most *most_bytes*.

    Raises:
        UnreadableError: It is not there, no regular file, too large, or not in UTF-8.
    """
    try:
        # Without O_NONBLOCK, to open a pipe waits for somebody who writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableError("it is not a regular file")
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be one"
        raise UnreadableError(reason) from error
    if len(data) > most_bytes:
        raise UnreadableError(f"it is larger than {most_bytes // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("it is not UTF-8 text") from error
