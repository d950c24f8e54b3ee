"""Debian's packages by apt: installed, or of another suite and unpacked into a folder.

Another suite has lists of its own, so that the machine's apt never knows of it and no package of it
is installed.
"""

import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lab.commands import run

DEFAULT_MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@functools.cache
def mirror() -> str:
    """Return the Debian mirror that this machine's apt uses, else Debian's own."""
    form = "$(REPO_URI) $(ORIGIN) $(LABEL)"
    if shutil.which("apt-get"):
        for line in run("apt-get", "indextargets", "--format", form).splitlines():
            address, _, names = line.partition(" ")
            if names == "Debian Debian":
                return address
    return DEFAULT_MIRROR


def install(*packages: str) -> None:
    """Install *packages* on this machine.

    Raises:
        CommandError: apt-get refused.
    """
    _apt_get("update")
    _apt_get("install", "--yes", "--no-install-recommends", *packages)


@contextmanager
def unpacked(suite: str, packages: tuple[str, ...], cache: Path) -> Iterator[Path]:
    """Give a folder below *cache* with the files of *packages* of *suite*, without dependencies.

    It is gone afterwards, as is all that apt needed for it.

    Raises:
        CommandError: There is no such suite or package, or the mirror is out of reach.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"apt-{suite}.", dir=cache) as work:
        yield _unpack(suite, packages, Path(work))


def _unpack(suite: str, packages: tuple[str, ...], work: Path) -> Path:
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
    own = [
        f"Dir::Etc::SourceList={work}/sources.list",
        "Dir::Etc::SourceParts=/dev/null",
        f"Dir::State::Lists={work}/lists",
        f"Dir::Cache={work}",
        "APT::Sandbox::User=root",  # the cache may be where nobody else can write
    ]
    options = [word for setting in own for word in ("-o", setting)]
    _apt_get(*options, "update")
    _apt_get(*options, "download", *(f"{name}/{suite}" for name in packages), cwd=work)
    for package in sorted(work.glob("*.deb")):
        run("dpkg-deb", "--extract", package, work / "tree")
    return work / "tree"


def _apt_get(*words: str, cwd: Path | None = None) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    patient = ("-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
    run("apt-get", *patient, *words, env=env, cwd=cwd, timeout_s=600)
