"""Scale a service: replicas behind a balancer that keeps its name.

    before:   worker ──► rng
    after:    worker ──► rng (HAProxy) ──► rng1, rng2, rng3

Callers do not change: the name that they dial is now answered by the balancer. A balancer that is
scaled again keeps what it has, and its replicas are made from the first of them.
"""

from dataclasses import replace
from functools import partial

from composefile.model import Model
from generator.checks.scaling import (
    require_dns,
    require_free_names,
    require_scalable,
    scaling_notices,
)
from generator.editing.draft import Draft
from generator.result import Settings, Variant
from generator.services.balancers import Balancing, balancing, spec_of
from generator.services.insert import Replicas, finished, generate, insert
from generator.services.replicas import template
from generator.transforms.replicate import replicate


def scale(model: Model, service: str, replicas: int, settings: Settings) -> Variant:
    """Return the file of *model* with *service* run *replicas* times behind a balancer.

    A service that nobody can dial (no port is known, and no other service connects to it) gets
    `deploy.replicas` and no balancer; so does every one if *settings* say so.

    Raises:
        UserError: *service* is unknown or cannot be balanced, its port cannot be known, or a
            replica would take the name of another service.
    """
    draft = Draft(model, service)
    require_scalable(model, service, draft.others)
    plan = balancing(draft, replicas, settings)
    if plan is None:
        return replicate(draft, replicas, settings)
    require_free_names(model, service, plan.names, plan.before.replicas if plan.before else ())
    if plan.slots:
        require_dns(model, service, by_arguments=plan.settings.lb_config == "args")
    return _scaled(draft, replicas, plan)


def _scaled(draft: Draft, replicas: int, plan: Balancing) -> Variant:
    before = plan.before
    generated = generate(draft, spec_of(draft, plan), plan.settings, before)
    if not before:
        draft.rescue()
    holder = before.replicas[0] if before else draft.name
    settings = replace(plan.settings, ports=tuple(plan.ports))
    draft.notices += scaling_notices(draft.model, draft.name, holder, replicas, settings)
    replica = template(
        draft.model,
        holder,
        draft.layout,
        count=replicas if plan.slots else None,
        rescued=draft.rescued,
        again=bool(before),
        leader="" if plan.slots else plan.names[0],
    )
    insert(draft, generated, before, Replicas(plan.names, partial(replica.render, plan.names)))
    variant = finished(draft, generated, plan.settings, before)
    return replace(variant, behind={draft.name: plan.names[0]})
