"""What a remote Docker host cannot be given: files of this machine that a container mounts."""

import os
from collections.abc import Iterable, Sequence

from engine.variant import Variant
from faults import UserError

LOCAL = ("unix://", "npipe://", "fd://")
CONFIGURATION = "haproxy.cfg"


def is_remote(host: str) -> bool:
    """Tell whether *host* is another machine; empty means the one that ``DOCKER_HOST`` names."""
    address = host or os.environ.get("DOCKER_HOST", "")
    return bool(address) and not address.startswith(LOCAL)


def require_portable(variants: Iterable[Variant], hosts: Sequence[str]) -> None:
    """Return if *variants* take no HAProxy configuration of this machine to another one.

    Docker would mount an empty folder in its place, and HAProxy would not start.

    Args:
        variants: What is to run; not looked at if it stays on this machine.
        hosts: As ``DOCKER_HOST`` names them; none means the one that it does name.

    Raises:
        UserError: A generated service mounts its configuration, and one of *hosts* is remote.
    """
    remote = [host for host in hosts or ("",) if is_remote(host)]
    if not remote:
        return
    for service in (service for variant in variants for service in variant):
        mounted = [word for word in service.words("volumes") if CONFIGURATION in word]
        if service.role and mounted:
            where = remote[0] or os.environ.get("DOCKER_HOST", "")
            raise UserError(
                f"service {service.name!r} mounts {mounted[0].split(':')[0]!r} of this machine,"
                f" which {where!r} does not have",
                fix="generate it with `--lb-config inline`: haproxy.cfg then goes with the file",
                where=service.where("volumes"),
            )
