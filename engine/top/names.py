"""What a person calls a container or a process that does the work of a service."""

from composefile import labels
from engine.variant import Variant


def shown(variant: Variant, service: str, name: str, role: str, balanced: str) -> str:
    """Return what to call the container or process *name*: of a static replica the service, `rng2`.

    It is the only one of its service, and HAProxy calls it by the service's name, too.

    Args:
        variant: What runs.
        service: Its service.
        name: What Compose calls it: ``rng2-1``, ``rng-replicas-3``.
        role: See `engine.top.samples.Member`.
        balanced: The service that it does the work of.
    """
    balancer = variant.services.get(balanced)
    is_static = role == labels.REPLICA and not (balancer and balancer.identity.is_dynamic)
    return service if is_static else name
