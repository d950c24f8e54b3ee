"""Which ports of a service are published when it runs alone.

Source: Compose Specification, "ports", short syntax ``[HOST:]PUBLISHED:CONTAINER``.
"""

from typing import Literal

from composefile.listening import discover
from faults import UserError
from generator.editing.draft import Draft
from generator.editing.emit import Emitted, Quoted

Publish = int | Literal["random", "host"] | None
"""The host port for the first port; ``random`` lets Docker choose, ``host`` is the host's network.

None keeps what is published, or publishes the same port.
"""


def published(draft: Draft, publish: Publish) -> list[Emitted] | None:
    """Return the value of `ports` of the service of *draft*; None if it stays as it is.

    Raises:
        UserError: *publish* asks for a port, and none is known.
    """
    model, service = draft.model, draft.service
    if publish is None and model.get(service.name, "ports"):
        return None
    ports = discover(model, service)
    if not ports and publish is not None:
        raise UserError(
            f"no port of {service.name!r} is known, so none can be published",
            fix=f'add `expose: ["PORT"]` to {service.name!r}',
            where=model.where(service.name),
        )
    if publish == "random":
        return [Quoted(str(port)) for port in ports]
    first = publish if isinstance(publish, int) else None
    numbers = [first or port if index == 0 else port for index, port in enumerate(ports)]
    return [Quoted(f"{host}:{port}") for host, port in zip(numbers, ports, strict=True)] or None
