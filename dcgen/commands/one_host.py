"""One Docker host that a command names: where a daemon answers, and its address for others."""

import socket
from urllib.parse import urlsplit

from dcgen.commands.connected import connected
from engine.docker import compose as docker
from engine.hosts import Host
from faults import HostError, UsageError
from lb.address import LOOPBACK


def only_host(hosts: tuple[Host, ...]) -> Host:
    """Return the one of *hosts*, where a Docker daemon answers.

    Raises:
        UsageError: There are several: the data would be kept in several places.
        HostError: No daemon answers there.
    """
    if len(hosts) > 1:
        raise UsageError(
            f"{len(hosts)} hosts are named, and a service that keeps data runs on one",
            fix="name one with `--host NAME`",
        )
    return reached(hosts[0])


def reached(host: Host) -> Host:
    """Return *host*, where a Docker daemon answers, as it is reached while this command runs.

    Raises:
        HostError: None answers.
    """
    if host.endpoint.startswith("ssh://"):
        (host,) = connected((host,))
    docker.require(host)
    return host


def address_of(host: Host) -> str:
    """Return the IP address by which other hosts reach *host*; loopback for this machine.

    Raises:
        HostError: Its name cannot be looked up.
    """
    if not host.is_remote:
        return LOOPBACK
    name = urlsplit(host.endpoint).hostname or ""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostError(
            f"cannot find the address of {name!r}: {error.strerror or error}",
            fix="give it with `--publish ADDRESS:PORT`",
        ) from error
    first = [str(one[4][0]) for one in sorted(found, key=lambda one: one[0] != socket.AF_INET)]
    return first[0]
