"""Run a service several times without a balancer: nobody dials it, or others balance it.

    before:   worker: {build: worker}
    after:    worker: {build: worker, deploy: {replicas: 10}}

Source: Compose Deploy Specification, "replicas".
"""

from generator.checks.repetition import repetition_notices
from generator.checks.singular import require_nothing_singular
from generator.checks.starting import starting_notices
from generator.checks.workers import require_worker, worker_notices
from generator.editing.draft import Draft
from generator.editing.service import ServiceEdits
from generator.result import Settings, Variant
from generator.services.replica_count import set_replicas


def replicate(draft: Draft, replicas: int, settings: Settings) -> Variant:
    """Return the file with the service of *draft* run *replicas* times, and nothing else changed.

    Raises:
        UserError: Another service dials it, or it can only have one container.
        UsageError: *settings* are about a balancer, and for no other service.
    """
    model, name = draft.model, draft.name
    require_worker(model, name, replicas, settings)
    require_nothing_singular(model, name, replicas)
    draft.notices += worker_notices(model, name, draft.others, settings)
    draft.notices += repetition_notices(model, name, name, replicas)
    draft.notices += starting_notices(model, name, name, dynamic=True, balanced=False)
    body = ServiceEdits(model, name, draft.layout, draft.edits)
    set_replicas(body, replicas)
    body.finish()
    return Variant(draft.text(), warnings=tuple(draft.notices))
