"""A small disk for a host of the lab: a file system in memory, so that it can be filled."""

import os
from contextlib import suppress
from pathlib import Path

from tests.lab.commands import run

_CHUNK = b"\0" * 65536
_FILLER = "filler"


def mount(folder: Path, mib: int) -> None:
    """Make *folder* a file system of its own of *mib* MiB; what was in it is hidden meanwhile."""
    run("mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=711", "tmpfs", folder)


def unmount_below(folder: Path) -> None:
    """Take away every file system that is mounted in *folder*; none is no error."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for place in reversed(mounts):
        if folder in Path(place).parents:
            run("umount", place)


def fill(folder: Path, leave: int = 0) -> None:
    """Use up the room in *folder*, but for *leave* bytes."""
    with (folder / _FILLER).open("wb", buffering=0) as file:
        with suppress(OSError):  # ENOSPC: that is what is wanted
            while file.write(_CHUNK):
                pass
        file.truncate(max(0, file.tell() - leave))
        os.fsync(file.fileno())


def clear(folder: Path) -> None:
    """Give back what `fill` has used up."""
    (folder / _FILLER).unlink(missing_ok=True)
