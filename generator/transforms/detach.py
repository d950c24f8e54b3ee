"""Take a service out alone, to run it elsewhere: itself, its published port, and what it uses.

    before:   compose.yml: worker, rng, redis (with the volume data)
    after:    redis.yml: redis, published, and the volume data

With TLS, an HAProxy stands before it, and is published in its place (`services.front`).
With a `Guard` it keeps its data in a volume with a name and has a password (`services.stateful`).

Source: Compose Specification, "ports", and the top-level elements that a service refers to.
"""

from composefile.model import Model
from generator.checks.removal import require_independent
from generator.editing.draft import Draft
from generator.result import HEADER, Variant
from generator.services.alone import alone
from generator.services.guarded import Guard, guarded
from generator.services.published import Publish
from generator.services.sections import sections


def detach(
    model: Model, service: str, publish: Publish = None, guard: Guard | None = None
) -> Variant:
    """Return a file with *service* alone, and the top-level entries that it refers to.

    Args:
        model: The services of a file; they are left as they were.
        service: The service to take out.
        publish: How its first port is published.
        guard: What keeps its data and its clients; None leaves it as it is.

    Raises:
        UserError: *service* is unknown, was made by dcgen, needs another service's container, or
            *publish* asks for a port and none is known, or it would be published on every
            address without a password, which nobody asked for; with *guard* on any address but a
            loopback one.
    """
    draft = Draft(model, service)
    require_independent(model, service)
    found = guarded(draft, publish, guard)
    text = alone(draft, publish, found.keys, behind=found.front is not None)
    document, newline = draft.document, draft.layout.newline
    parts = [HEADER + newline]
    if found.project:
        parts.append(f"name: {found.project}{newline}")
    if document.version is not None:
        parts.append(f'version: "{document.version}"{newline}')
    if not document.v1:
        parts.append(f"services:{newline}")
    parts.append(text)
    if found.front:
        parts.append(newline + found.front.text(draft.layout))
    skip = publish == "host"
    parts += sections(model, service, draft.layout, skip_networks=skip, added=found.sections)
    return Variant("".join(parts), warnings=tuple(draft.notices))
