"""Run a service several times without a balancer: nobody dials it.

    before:   worker: {build: worker}
    after:    worker: {build: worker, deploy: {replicas: 10}}

Source: Compose Deploy Specification, "replicas".
"""

from faults import UserError
from generator.editing.draft import Draft
from generator.editing.service import Body
from generator.result import Variant
from generator.services.replica_count import set_replicas


def replicate(draft: Draft, replicas: int) -> Variant:
    """Return the file with the service of *draft* run *replicas* times, and nothing else changed.

    Raises:
        UserError: It has a `container_name`.
    """
    model, name = draft.model, draft.name
    if model.get(name, "container_name") is not None:
        raise UserError(
            f"service {name!r} has a `container_name`, which only one container can have",
            fix=f"remove `container_name` from {name!r}",
            where=model.where(name, "container_name"),
        )
    body = Body(model, name, draft.layout, draft.edits)
    set_replicas(body, replicas)
    body.finish()
    return Variant(draft.text())
