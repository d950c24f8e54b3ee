"""Run a service that nobody dials several times: `deploy.replicas`, and no balancer.

    before:   worker: {build: worker}
    after:    worker: {build: worker, deploy: {replicas: 10}}

Source: Compose Deploy Specification, "replicas".
"""

from composefile.document import Service
from composefile.model import Model
from faults import UserError
from generator.editing.edits import Edits
from generator.editing.layout import layout_of
from generator.editing.service import Body
from generator.result import Variant, with_header
from generator.services.replica_count import set_replicas


def replicate(model: Model, service: Service, replicas: int) -> Variant:
    """Return the document with *service* run *replicas* times, and nothing else changed.

    Raises:
        UserError: It has a `container_name`.
    """
    name, document = service.name, model.document
    layout = layout_of(document, name)
    edits = Edits(document.text)
    body = Body(model, name, layout, edits)
    if model.get(name, "container_name") is not None:
        raise UserError(
            f"service {name!r} has a `container_name`, which only one container can have",
            fix=f"remove `container_name` from {name!r}",
            where=model.where(name, "container_name"),
        )
    set_replicas(body, replicas)
    body.finish()
    return Variant(with_header(edits.apply(), layout.newline))
