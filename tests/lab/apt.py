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
def unpacked(
    suite: str, packages: tuple[str, ...], cache: Path, source: str = ""
) -> Iterator[Path]:
    """Give a folder below *cache* with the files of *packages* of *suite*, without dependencies.

    It is gone afterwards, as is all that apt needed for it. With a *source* package, its files as
    they come from upstream are in ``source/``.

    Raises:
        CommandError: There is no such suite or package, or the mirror is out of reach.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"apt-{suite}.", dir=cache) as work:
        yield _unpack(suite, packages, Path(work), source)


def _unpack(suite: str, packages: tuple[str, ...], work: Path, source: str) -> Path:
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    kinds = ("deb", "deb-src") if source else ("deb",)
    lines = [f"{kind} [signed-by={KEYRING}] {mirror()} {suite} main\n" for kind in kinds]
    (work / "sources.list").write_text("".join(lines))
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
    if source:
        _apt_get(*options, "source", "--download-only", source, cwd=work)
        (work / "tree" / "source").mkdir(parents=True)
        archive = next(work.glob(f"{source}_*.orig.tar.*"))
        unpack = ("tar", "--strip-components=1", "--directory", work / "tree" / "source")
        run(*unpack, "--extract", "--file", archive, timeout_s=300)
        archive.rename(work / "tree" / "source" / archive.name)
    return work / "tree"


def _apt_get(*words: str, cwd: Path | None = None) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    patient = ("-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
    run("apt-get", *patient, *words, env=env, cwd=cwd, timeout_s=600)
