"""What the lab needs from the system's packages, whether it is there, and how to get it.

Debian's packages are the only source: no image registry and no download from elsewhere. The
mirror is the one that the machine's own apt uses.
"""

import functools
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.commands import CommandError, run
from tests.lab.daemon import INITS

SUITE = "trixie"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Compose reads `configs: … content:` since 2.23.1.
OLDEST_COMPOSE = (2, 23, 1)
COMPOSE_1 = "1.29"


@dataclass(frozen=True, slots=True)
class Need:
    """A program that the lab runs, and the Debian package that has it."""

    program: str
    package: str


NEEDS = (
    Need("dockerd", "docker.io"),
    Need("docker", "docker.io"),
    Need("docker-compose", "docker-compose"),
    Need("iptables", "iptables"),
    Need("ip", "iproute2"),
    Need("nsenter", "util-linux"),
    Need("unshare", "util-linux"),
    Need("debootstrap", "debootstrap"),
    Need("curl", "curl"),
)


def cache() -> Path:
    """Return the folder that outlives every lab: ``$DCGEN_LAB_CACHE``, else in ``~/.cache``."""
    chosen = os.environ.get("DCGEN_LAB_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "dcgen-lab"


def impossible() -> str | None:
    """Return why no lab can ever be had here as this user, None if one can."""
    if sys.platform != "linux":
        return f"network namespaces need Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "namespaces and a Docker daemon of its own need root"
    return None


def missing() -> list[str]:
    """Return the Debian packages that are not there yet, in the order of `NEEDS`."""
    packages = [need.package for need in NEEDS if not shutil.which(need.program)]
    if not any(map(shutil.which, INITS)):
        packages.append("tini")
    if not KEYRING.exists():
        packages.append("debian-archive-keyring")
    return list(dict.fromkeys(packages))


def install() -> list[str]:
    """Install what `missing` names, and the Compose plugin; return what was installed.

    Raises:
        CommandError: apt-get refused.
    """
    packages = missing()
    if packages:
        with _no_services():
            _apt_get("update")
            _apt_get("install", "--yes", "--no-install-recommends", *packages)
    if not plugin_works(tools()):
        _fetch_plugin()
        packages.append("docker-compose (plugin)")
    return packages


def tools() -> Path:
    """Return the ``DOCKER_CONFIG`` folder of the lab, which holds nothing but the plugin."""
    return cache() / "tools"


def plugin_works(config: Path) -> bool:
    """Return whether ``docker compose`` answers with *config*, and is new enough."""
    env = dict(os.environ) | {"DOCKER_CONFIG": str(config)}
    try:
        version = run("docker", "compose", "version", "--short", env=env)
    except (CommandError, FileNotFoundError):
        return False
    return tuple(map(int, re.findall(r"\d+", version)[:3])) >= OLDEST_COMPOSE


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


def _fetch_plugin() -> None:
    # apt with lists of its own, so that the machine's know nothing of another suite.
    work = cache() / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    own = [
        f"Dir::Etc::SourceList={work}/sources.list",
        "Dir::Etc::SourceParts=/dev/null",
        f"Dir::State::Lists={work}/lists",
        f"Dir::Cache={work}",
        "APT::Sandbox::User=root",  # the cache may be where nobody else can write
    ]
    options = [word for setting in own for word in ("-o", setting)]
    _apt_get(*options, "update")
    _apt_get(*options, "download", f"docker-compose/{SUITE}", cwd=work)
    package = max(work.glob("docker-compose_*.deb"), key=lambda path: path.stat().st_mtime)
    run("dpkg-deb", "--extract", package, work / "tree")
    (tools() / "cli-plugins").mkdir(parents=True, exist_ok=True)
    found = next((work / "tree").glob("usr/**/cli-plugins/docker-compose"))
    shutil.copy2(found, tools() / "cli-plugins" / "docker-compose")
    shutil.rmtree(work)


def _apt_get(*words: str, cwd: Path | None = None) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    patient = ("-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3")
    run("apt-get", *patient, *words, env=env, cwd=cwd, timeout_s=600)


@contextmanager
def _no_services() -> Iterator[None]:
    # Installing docker.io must not start a daemon on the machine (Debian Policy, 9.3.3.1).
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
