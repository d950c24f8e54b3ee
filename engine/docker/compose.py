"""Which Compose to call, and whether a Docker daemon answers."""

import os
import shutil
from functools import cache

from engine.hosts import DEFAULT_HOST, INSTALL, Host
from faults import HostError

# Podman runs two programs to say its version; where none listens, that is known at once.
ANSWERS_WITHIN_S = 8.0
SSH_ANSWERS_WITHIN_S = 15.0
LOST_WITHIN_S = 10.0  # of several hosts: a machine that does much at once is not lost
_VERSION_WITHIN_S = 60.0  # of no daemon: on a busy machine its own start alone takes ten


def compose(*, v1: bool) -> tuple[str, ...]:
    """Return the words that call Compose.

    Args:
        v1: The file has no ``services:`` key: only docker-compose 1.x reads it.

    Raises:
        HostError: There is no such Compose on this machine.
    """
    if not v1 and _first_line("docker", "compose", "version"):
        return ("docker", "compose")
    old = _first_line("docker-compose", "version", "--short")
    if v1:
        if old.lstrip("v").startswith("1."):
            return ("docker-compose",)
        what = "a file without 'services:' needs docker-compose 1.x, which is not installed"
        found = f" (found {old})" if old else ""
        raise HostError(what + found, fix="install docker-compose 1.29")
    if old:
        return ("docker-compose",)
    what = "Docker has no Compose plugin" if shutil.which("docker") else "there is no Docker"
    raise HostError(f"{what} on this machine", fix=INSTALL)


def version() -> str:
    """Return the version of the Compose that `compose` calls; empty if there is none."""
    found = _first_line("docker", "compose", "version", "--short")
    return (found or _first_line("docker-compose", "version", "--short")).removeprefix("v")


def trouble(host: Host = DEFAULT_HOST, within_s: float = 0.0) -> str | None:
    """Return why no Docker daemon can be used on *host*; None if one answers.

    Args:
        host: Where.
        within_s: Seconds that it has to answer; 0 for what its kind of address usually takes.
    """
    if not shutil.which("docker"):
        return "there is no 'docker' command on PATH"
    is_ssh = host.endpoint.startswith("ssh://")
    within_s = within_s or (SSH_ANSWERS_WITHIN_S if is_ssh else ANSWERS_WITHIN_S)
    words = ("docker", "version", "--format", "{{.Server.Version}}")
    asked = host.call(words, within_s=within_s)
    if asked.code == 0:
        return None
    what = f"no Docker daemon answers at '{host.title}'"
    if asked.code is None:
        return f"{what} within {within_s:.0f} s"
    said = asked.err.strip().splitlines()
    return what + (f" ({said[-1]})" if said else "")


def require(host: Host = DEFAULT_HOST) -> None:
    """Return if a Docker daemon answers on *host*.

    Raises:
        HostError: None does.
    """
    if reason := trouble(host):
        fix = "start Docker, or set DOCKER_HOST to a daemon that runs"
        raise HostError(reason, fix=fix)


def lost(host: Host) -> str | None:
    """Return why the daemon of *host*, which answered before, cannot be used; None if it can."""
    return trouble(host, LOST_WITHIN_S)


def _first_line(*command: str) -> str:
    where = tuple(os.environ.get(name, "") for name in ("PATH", "DOCKER_CONFIG", "HOME"))
    return _first_line_there(where, command)


@cache
def _first_line_there(_: tuple[str, ...], command: tuple[str, ...]) -> str:
    # Of what a version question prints; empty if there is no such command.
    try:
        asked = DEFAULT_HOST.call(command, within_s=_VERSION_WITHIN_S)
    except HostError:
        return ""
    return asked.out.strip().partition("\n")[0] if asked.code == 0 else ""
