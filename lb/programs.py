"""Find a program of this machine: Debian keeps haproxy where not every PATH leads."""

import shutil

PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin")


def find(name: str) -> str | None:
    """Return the path of program *name*; None if it is neither on ``PATH`` nor in `PLACES`."""
    return shutil.which(name) or shutil.which(name, path=":".join(PLACES))
