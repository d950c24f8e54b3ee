"""How often each service runs, and to which others it leads: as a balancer, or by links."""

from collections.abc import Mapping

from composefile.values import words
from engine.variant import Service, Variant
from faults import UserError

MOST_DIGITS = 9


def replicas(variant: Variant, scale: Mapping[str, int]) -> dict[str, int]:
    """Return how many processes each service runs: *scale*, ``scale``, ``deploy.replicas``, 1.

    Raises:
        UserError: *scale* names a service that is not there, or the file gives no number.
    """
    if unknown := [name for name in scale if name not in variant.services]:
        fix = f"name one of {', '.join(variant.services)}"
        raise UserError(f"no service named '{unknown[0]}' to scale", fix=fix)
    found = {}
    for service in variant:
        deploy = service.keys.get("deploy")
        deployed = deploy.get("replicas") if isinstance(deploy, dict) else None
        value = str(service.keys.get("scale") or deployed or 1)
        if not value.isdecimal() or len(value) > MOST_DIGITS:
            what = f"service '{service.name}' has '{value}' replicas, which is not a number"
            raise UserError(what, fix="write a number", where=service.where("deploy"))
        found[service.name] = scale.get(service.name, int(value))
    return found


def links(service: Service) -> dict[str, str]:
    """Return the names that ``links`` gives to other services: alias to service."""
    pairs = (word.partition(":") for word in service.words("links"))
    return {alias or name: name for name, _, alias in pairs}


def names_of_replicas(balancer: Service) -> list[str]:
    """Return the names by which *balancer* may ask for its replicas: theirs, and their aliases."""
    found = balancer.identity.replicas
    for name in balancer.identity.replicas:
        for place in (balancer.model.networks(name) or {}).values():
            found += words(place.get("aliases"))
    return found
