"""The Compose projects of trials on a Docker host: their names, and how they are removed."""

import os
from hashlib import sha256
from pathlib import Path
from socket import gethostname

import psutil

from engine.docker.containers import Site
from engine.hosts import Host

PREFIX = "dcgen-advise"
REMOVE_WITHIN_S = 300.0


def remove(site: Site) -> None:
    """Remove the project of *site*: containers, networks, volumes, and images that it built."""
    words = ("down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "2")
    site.run(*words, within_s=REMOVE_WITHIN_S)


def sweep(host: Host) -> int:
    """Remove what trials from this machine left on *host* that were killed; return how many.

    Raises:
        HostError: Docker does not answer.
    """
    docker = Site(("docker", "compose"), host)
    swept = 0
    for kind in ("ps --all", "network ls", "volume ls"):
        form = '{{.Label "com.docker.compose.project"}}'
        words = (*kind.split(), "--filter", "label=com.docker.compose.project", "--format", form)
        for name in dict.fromkeys(docker.docker(*words).split()):
            owner = name.rpartition("-")[2]
            if name == name_of(owner) and not (owner.isdigit() and psutil.pid_exists(int(owner))):
                remove(Site(("docker", "compose", "-p", name), host))
                swept += 1
    return swept


def name_of(owner: int | str) -> str:
    """Return the name of the project of process *owner* of this machine and user.

    The process numbers of another machine say nothing here.
    """
    whose = sha256(f"{gethostname()} {os.getuid()} {Path.home()}".encode()).hexdigest()[:6]
    return f"{PREFIX}-{whose}-{owner}"
