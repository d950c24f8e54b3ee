"""The `expose` of a generated service: every port that its HAProxy listens on.

Traefik and nginx-proxy take the port to lead to from the container's exposed ports, and those that
an image declares are the replicas' now, not HAProxy's. Sources: Traefik, "Docker provider, Port
Detection"; nginx-proxy, README, "Container ports"; Compose Specification, "expose".
"""

import contextlib
from collections.abc import Collection

from composefile import ports
from composefile.listening import variable_ports
from composefile.model import Model
from composefile.ports import Port
from composefile.values import Value
from generator.editing.emit import Emitted, Quoted
from generator.editing.rewrite import quoted, written


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
    late = {str(numbers[0]): text for text, numbers in variable_ports(model, name).items()}
    written = {port: late.get(str(port), "") for port in sorted(listens) if port not in declared}
    missing = [
        Quoted(text if model.known(text) == str(port) else str(port))
        for port, text in written.items()
    ]
    if not missing and len(kept) == len(present):
        return None
    return [*(Quoted(str(entry)) for entry in kept), *missing]


def published_by_tcp(model: Model, name: str) -> list[Emitted] | None:
    """Return the `ports` of service *name* that HAProxy can take over; None if those are all.

    Nobody would listen where another protocol is published.
    """
    present = _list(model, name, "ports")
    if all(map(_is_tcp, present)):
        return None
    field = model.fields(name)["ports"]
    shown = quoted(present) if model.inherits(name, "ports") else written(field.node)
    assert isinstance(shown, list)  # noqa: S101 - it is one
    return [one for one, entry in zip(shown, present, strict=True) if _is_tcp(entry)]


def _is_tcp(entry: Value) -> bool:
    if isinstance(entry, dict):
        return str(entry.get("protocol") or "tcp") == "tcp"
    return not str(entry).lower().endswith(("/udp", "/sctp"))


def _list(model: Model, name: str, key: str) -> list[Value]:
    value = model.get(name, key)
    return value if isinstance(value, list) else []


def _targets(model: Model, entry: Value) -> set[int]:
    found: list[Port] = []
    with contextlib.suppress(ValueError):
        found = ports.parse(entry, model.project.variables)
    return {port.target for port in found if port.protocol == "tcp"}
