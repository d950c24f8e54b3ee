"""Take a service out alone, to run it elsewhere: itself, its published port, and what it uses.

    before:   compose.yml: worker, rng, redis (with the volume data)
    after:    redis.yml: redis, published, and the volume data

Source: Compose Specification, "ports", and the top-level elements that a service refers to.
"""

from composefile.model import Model
from generator.checks.exposure import exposure_notices, require_protected
from generator.checks.removal import require_independent
from generator.editing.draft import Draft
from generator.result import HEADER, Variant
from generator.services.alone import alone
from generator.services.published import Publish, reach
from generator.services.sections import sections


def detach(model: Model, service: str, publish: Publish = None) -> Variant:
    """Return a file with *service* alone, and the top-level entries that it refers to.

    Args:
        model: The services of a file; they are left as they were.
        service: The service to take out.
        publish: How its first port is published.

    Raises:
        UserError: *service* is unknown, was made by dcgen, needs another service's container, or
            *publish* asks for a port and none is known, or it would be published on every
            address without a password, which nobody asked for.
    """
    draft = Draft(model, service)
    require_independent(model, service)
    text = alone(draft, publish)
    where = reach(model, service, publish)
    if where == "everywhere":
        require_protected(model, service)
    document, newline = draft.document, draft.layout.newline
    parts = [HEADER + newline]
    if document.version is not None:
        parts.append(f'version: "{document.version}"{newline}')
    if not document.v1:
        parts.append(f"services:{newline}")
    parts.append(text)
    parts += sections(model, service, draft.layout, skip_networks=publish == "host")
    if where != "here":
        draft.notices += exposure_notices(model, service)
    return Variant("".join(parts), warnings=tuple(draft.notices))
