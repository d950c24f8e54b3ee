"""Replace a service by an ambassador: an HAProxy of the same name that leads to a remote address.

    before:   worker ──► redis
    after:    worker ──► redis (HAProxy) ──► 192.0.2.7:32768

An ambassador that is replaced again leads to the new address and keeps what it carries.
"""

from collections.abc import Sequence
from dataclasses import replace

from composefile.model import Model
from generator.checks.removal import internal_notices, replacement_notices, require_replaceable
from generator.editing.draft import Draft
from generator.result import Settings, Variant
from generator.services.ambassadors import replacement, spec_of
from generator.services.insert import finished, generate, insert
from generator.services.secrets import declaring, see_to_secrets
from lb.model import Address


def ambassador(
    model: Model,
    service: str,
    upstream: Address | Sequence[Address],
    settings: Settings,
) -> Variant:
    """Return the file of *model* with an ambassador in the place of *service* to *upstream*.

    Of several, the first serves and the others stand by. It listens on every port that *service*
    did; the first leads to *upstream*, the others to the same port of the same host. If none is
    known, it listens on the port of *upstream*. An upstream on ``localhost`` is looked for on the
    machine that the container runs on, for in a container that name means the container.

    Raises:
        UserError: *service* is unknown, one of a balancer's, or something in the file needs its
            container.
    """
    several = (upstream,) if isinstance(upstream, Address) else tuple(upstream)
    draft = Draft(model, service)
    require_replaceable(model, service, draft.others, [address.host for address in several])
    plan = replacement(draft, several, settings)
    lacking = see_to_secrets(draft, plan.access, declare=plan.settings.env_secrets)
    generated = generate(draft, spec_of(draft, plan), plan.settings, plan.before)
    draft.rescue()
    insert(draft, generated, plan.before)
    draft.notices += internal_notices(model, service)
    if not plan.before:
        draft.notices += replacement_notices(model, service)
    variant = finished(draft, generated, plan.settings, plan.before)
    return replace(declaring(variant, lacking, draft), behind={service: ""})
