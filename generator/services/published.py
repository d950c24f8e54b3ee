"""Which ports of a service are published when it runs alone.

Source: Compose Specification, "ports", short syntax ``[HOST:]PUBLISHED:CONTAINER``.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from composefile.listening import discover
from composefile.model import Model
from composefile.ports import UnresolvedPortError, parse
from faults import UserError
from generator.editing.draft import Draft
from generator.editing.emit import Emitted, Quoted
from generator.editing.rewrite import quoted
from lb.address import Address


@dataclass(frozen=True, slots=True)
class AtAddress:
    """The IP address *host*, on which each port has its own number."""

    host: str


Publish = int | Address | AtAddress | Literal["random", "host"] | None
"""The host port for the first port, maybe on one address; ``random`` lets Docker choose, ``host``
is the host's network.

None keeps what is published, or publishes the same port.
"""
Reach = Literal["here", "there", "everywhere"]
"""Who can reach what is published: this host alone, others as asked, or all, unasked."""


def reach(model: Model, name: str, publish: Publish) -> Reach:
    """Return who can reach service *name* if it is published as *publish* says."""
    hosts: list[str | None] = []
    if isinstance(publish, Address | AtAddress):
        hosts = [publish.host]
    elif publish is None:
        listed = model.get(name, "ports")
        for one in listed if isinstance(listed, list) else []:
            with contextlib.suppress(UnresolvedPortError, ValueError):
                hosts += [str(port.host_ip) for port in parse(one, model.project.variables)]
        if not listed:
            return "everywhere" if discover(model, model.document.service(name)) else "here"
    local = hosts and all(host and host.startswith(("127.", "::1")) for host in hosts)
    return "here" if local else "there"


def port_entries(draft: Draft, publish: Publish) -> list[Emitted]:
    """Return the entries of `ports` with which the service of *draft* is published.

    Raises:
        UserError: See `published`.
    """
    found = published(draft, publish)
    if found is None:
        present = quoted(draft.model.get(draft.name, "ports"))
        return list(present) if isinstance(present, list) else []
    return found


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
    first: int | None = None
    if isinstance(publish, Address):
        first = publish.port
    elif isinstance(publish, int):
        first = publish
    numbers = [first or port if index == 0 else port for index, port in enumerate(ports)]
    hosts: Sequence[Address | int] = numbers
    if isinstance(publish, Address | AtAddress):
        hosts = [Address(publish.host, number) for number in numbers]
    return [Quoted(f"{host}:{port}") for host, port in zip(hosts, ports, strict=True)] or None
