"""The `expose` of a generated service: every port that its HAProxy listens on.

Traefik and nginx-proxy take the port to lead to from the container's exposed ports, and those that
an image declares are the replicas' now, not HAProxy's. Sources: Traefik, "Docker provider, Port
Detection"; nginx-proxy, README, "Container ports"; Compose Specification, "expose".
"""

import contextlib
from collections.abc import Collection

from composefile import ports
from composefile.model import Model
from composefile.ports import Port
from composefile.values import Value
from generator.editing.emit import Emitted, Quoted


def exposed(
    model: Model, name: str, listens: Collection[int], former: Collection[int]
) -> list[Emitted] | None:
    """Return the value of `expose` for the service that takes over *name*; None if it is right.

    Args:
        model: The services of the file.
        name: The service.
        listens: The ports that the new HAProxy listens on.
        former: Those that the one before it listened on; what it no longer does, it exposes no
            longer.
    """
    left = set(former) - set(listens)
    present = _list(model, name, "expose")
    kept = [entry for entry in present if not left & _targets(model, entry)]
    declared: set[int] = set()
    for entry in (*_list(model, name, "ports"), *kept):
        declared |= _targets(model, entry)
    missing = [Quoted(str(port)) for port in sorted(listens) if port not in declared]
    if not missing and len(kept) == len(present):
        return None
    return [*(Quoted(str(entry)) for entry in kept), *missing]


def _list(model: Model, name: str, key: str) -> list[Value]:
    value = model.get(name, key)
    return value if isinstance(value, list) else []


def _targets(model: Model, entry: Value) -> set[int]:
    found: list[Port] = []
    with contextlib.suppress(ValueError):
        found = ports.parse(entry, model.project.variables)
    return {port.target for port in found if port.protocol == "tcp"}
