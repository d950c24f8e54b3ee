"""The user's own Docker Engine in the place of the lab's "local": used, and left as it was.

Nothing that the user has is replaced: base images come from where that Engine gets its images, and
of ours only those are built that are not there.
"""

import os
from contextlib import suppress
from urllib.parse import urlsplit

from faults import HostError
from tests.lab import bundle, packages
from tests.lab.commands import CommandError
from tests.lab.engine import Engine

OURS = "dcgen-lab/*"


def require() -> str:
    """Return the ``DOCKER_HOST`` of the Engine that answers here.

    Raises:
        HostError: None does.
    """
    url = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        engine(url).docker("version", timeout_s=10)
    except (CommandError, FileNotFoundError) as error:
        fix = "start Docker, set DOCKER_HOST, or leave out --use-engine"
        raise HostError(f"no Docker Engine answers at '{url}'", fix=fix) from error
    return url


def engine(url: str) -> Engine:
    """Return the Engine at *url*; what it publishes is on that host, or on this machine."""
    users = packages.plugin_works(packages.tools())
    address = urlsplit(url).hostname or "127.0.0.1"
    return Engine("local", url, address, packages.tools() if users else None)


def build_missing(own: Engine) -> None:
    """Build those of our images that *own* does not have."""
    there = own.images()
    for name, folder in bundle.contexts().items():
        if f"{name}:latest" not in there:
            place = ("--file", folder / "Dockerfile", bundle.context(name))
            own.docker("build --quiet --tag", name, *place, timeout_s=600)


def forget(own: Engine) -> None:
    """Remove the images that `build_missing` made, under all their names."""
    with suppress(CommandError):
        found = own.docker("images --quiet --filter", f"reference={OURS}").split()
        if found:
            own.docker("rmi --force", *dict.fromkeys(found))
