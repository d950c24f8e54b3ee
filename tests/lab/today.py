"""The Docker of today beside the installed one: Debian's newest packages, in a folder of the cache.

Nothing of it is installed. Its folder is a ``DOCKER_CONFIG`` (``cli-plugins/``) and has a daemon's
programs in ``bin/``; runc is the machine's own, since the new one wants a newer C library.
"""

import os
import shutil
from pathlib import Path

from tests.lab import apt

SUITE = "forky"
PACKAGES = ("docker.io", "docker-cli", "docker-compose", "docker-buildx", "containerd")
PROGRAMS = ("dockerd", "docker", "docker-proxy", "containerd", "containerd-shim-runc-v2")
PLUGINS = ("docker-compose", "docker-buildx")


def folder(cache: Path) -> Path:
    """Return where in *cache* it is, or will be."""
    return cache / SUITE


def there(cache: Path) -> bool:
    """Return whether *cache* has all of it."""
    return all((folder(cache) / path).exists() for path in _paths())


def fetch(cache: Path) -> None:
    """Put it into *cache*, whole or not at all.

    Raises:
        CommandError: apt-get refused.
    """
    with apt.unpacked(SUITE, PACKAGES, cache) as tree:
        goal, draft = folder(cache), tree / "draft"
        for path in _paths():
            found = next(file for file in (tree / "usr").rglob(path.name) if _is_program(file))
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, draft / path)
        shutil.rmtree(goal, ignore_errors=True)
        draft.rename(goal)


def _paths() -> list[Path]:
    programs = [Path("bin", name) for name in PROGRAMS]
    return [*programs, *(Path("cli-plugins", name) for name in PLUGINS)]


def _is_program(file: Path) -> bool:
    return file.is_file() and not file.is_symlink() and os.access(file, os.X_OK)
