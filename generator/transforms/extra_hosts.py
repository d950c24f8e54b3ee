"""Take a service out; those that use it find it elsewhere, by `extra_hosts`.

    before:   worker ──► redis
    after:    worker (redis = 192.0.2.7) ──► whatever listens there on the same port

Names hidden in code cannot be seen, so every service that could reach it gets the address: all on
its networks, or in the v1 format all that link to it.
"""

from composefile.model import Model
from generator.checks.other_files import included_notices
from generator.checks.removal import refuse_loopback, removal_notices, require_removable
from generator.editing.draft import Draft
from generator.result import Variant
from generator.services.consumers import consumers
from generator.services.departure import depart


def extra_hosts(model: Model, service: str, address: str, *, only_named: bool = False) -> Variant:
    """Return the file of *model* without *service*, which is at *address* for all that use it.

    Args:
        model: The services of the file; they are left as they were.
        service: The service that leaves the file.
        address: An IP address, or ``host-gateway``.
        only_named: Change only services that name *service* in their settings, not all on its
            networks.

    Raises:
        UserError: *service* is unknown, the only one, one of a balancer's, or something in the
            file needs its container, or *address* is that of each consumer itself.
    """
    draft = Draft(model, service)
    require_removable(model, service, draft.others)
    draft.rescue()
    found = consumers(draft, address, only_named=only_named)
    refuse_loopback(model, service, address, found)
    depart(draft, found, address)
    draft.notices += removal_notices(
        model, service, address, draft.others, has_consumers=bool(found)
    )
    draft.notices += included_notices(model, service, address)
    return Variant(draft.text(), warnings=tuple(draft.notices))
