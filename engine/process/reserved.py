"""Ports that the runs of this user have chosen: two that start at once must not choose the same."""

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path


def reserve(port: int) -> bool:
    """Return whether no other run has chosen *port*; then it is this process's until it ends.

    It is a lock on one byte of a file: the system lets go of it however a process ends. Where there
    can be no such file, every port is free to choose.
    """
    file = _file()
    if file is None:
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@cache
def _file() -> int | None:
    path = Path(tempfile.gettempdir()) / f"dcgen-{os.getuid()}.ports"
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
