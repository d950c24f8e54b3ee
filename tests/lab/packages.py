"""What the lab needs from the system's packages, whether it is there, and how to get it.

Debian's packages are the only source: no image registry and no download from elsewhere. The
mirror is the one that the machine's own apt uses.
"""

import fcntl
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import apt, today
from tests.lab.commands import CommandError, run
from tests.lab.daemon import INITS

SUITE = "trixie"
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
    Need("sshd", "openssh-server"),
    Need("debootstrap", "debootstrap"),
    Need("curl", "curl"),
    Need("docker-registry", "docker-registry"),
)


def cache() -> Path:
    """Return the folder that outlives every lab: ``$DCGEN_LAB_CACHE``, else in ``~/.cache``."""
    chosen = os.environ.get("DCGEN_LAB_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "dcgen-lab"


@contextmanager
def alone() -> Iterator[None]:
    """Hold the cache alone: of runs beside each other one makes an archive, the others find it."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
    if not apt.KEYRING.exists():
        packages.append("debian-archive-keyring")
    return list(dict.fromkeys(packages))


def install() -> list[str]:
    """Install what `missing` names, the Compose plugin, and `today`; return what was installed.

    Raises:
        CommandError: apt-get refused.
    """
    packages = missing()
    if packages:
        with _no_services():
            apt.install(*packages)
    if not plugin_works(tools()):
        _fetch_plugin()
        packages.append("docker-compose (plugin)")
    if not today.there(cache()):
        today.fetch(cache())
        packages.append(f"the Docker of {today.SUITE}, into {today.folder(cache())}")
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


def _fetch_plugin() -> None:
    with apt.unpacked(SUITE, ("docker-compose",), cache()) as tree:
        (tools() / "cli-plugins").mkdir(parents=True, exist_ok=True)
        found = next(tree.glob("usr/**/cli-plugins/docker-compose"))
        shutil.copy2(found, tools() / "cli-plugins" / "docker-compose")


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
