"""What a remote Docker host cannot be given: files of this machine that a container mounts."""

from collections.abc import Iterable, Sequence

from engine.hosts import Host
from engine.variant import Variant
from faults import UserError

CONFIGURATION = "haproxy.cfg"


def require_portable(variants: Iterable[Variant], hosts: Sequence[Host]) -> None:
    """Return if *variants* take no HAProxy configuration of this machine to another one.

    Docker would mount an empty folder in its place, and HAProxy would not start.

    Args:
        variants: What is to run; not looked at if it stays on this machine.
        hosts: Where.

    Raises:
        UserError: A generated service mounts its configuration, and one of *hosts* is remote.
    """
    remote = [host for host in hosts if host.is_remote]
    if not remote:
        return
    for service in (service for variant in variants for service in variant):
        mounted = [word for word in service.words("volumes") if CONFIGURATION in word]
        if service.identity.role and mounted:
            raise UserError(
                f"service {service.name!r} mounts {mounted[0].split(':')[0]!r} of this machine,"
                f" which {remote[0].endpoint!r} does not have",
                fix="generate it with `--lb-config inline`: haproxy.cfg then goes with the file",
                where=service.where("volumes"),
            )
