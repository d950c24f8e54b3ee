"""Write a file so that it is there whole or not at all, also if this process is killed meanwhile.

A draft in the same folder takes the place of the file by ``rename(2)``, which is one step for all
who read it. A killed process leaves its draft, ``.dcgen-`` and 16 digits, which nothing reads. A
loss of power is not covered: nothing is flushed to the disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

ONLY_OWNER = 0o600
PREFIX = ".dcgen-"


@contextmanager
def replacing(
    path: Path, mode: int = 0o666, *, exactly: bool = False, owner: tuple[int, int] | None = None
) -> Iterator[BinaryIO]:
    """Give a file that takes the place of *path* at the end; after an error, *path* is as it was.

    A symbolic link at *path* is replaced, not followed. The file has its mode and its owner before
    anything is in it.

    Args:
        path: Where it goes; the folder is there.
        mode: The rights of the new file, less the umask.
        exactly: The umask does not count.
        owner: User and group of the new file, as far as this process may give it away.

    Raises:
        OSError: It cannot be written there.
    """
    draft = path.with_name(f"{PREFIX}{os.urandom(8).hex()}")
    # Rights that are given a moment later must not be fewer than those before.
    created = mode & ONLY_OWNER if exactly else mode
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, created)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            if exactly:
                os.fchmod(descriptor, mode)
            if owner and owner != _owner(descriptor):
                with suppress(PermissionError):
                    os.fchown(descriptor, *owner)
            yield file
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _owner(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_uid, found.st_gid
