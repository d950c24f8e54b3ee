"""Run a service that nobody dials several times: `deploy.replicas`, and no balancer.

    before:   worker: {build: worker}
    after:    worker: {build: worker, deploy: {replicas: 10}}

Source: Compose Deploy Specification, "replicas".
"""

from dcgen.errors import UserError
from generator.body import Body
from generator.document import Service, own
from generator.edits import Edits
from generator.emit import Verbatim, entry
from generator.layout import layout_of
from generator.model import Model
from generator.spans import append_entry
from generator.tree import Mapping, Scalar
from generator.variant import Variant, with_header


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
    count = Verbatim(str(replicas))
    scale = model.fields(name).get("scale")
    if scale and scale.own and isinstance(scale.node, Scalar):
        edits.replace(scale.node.start, scale.node.end, str(replicas))
        if isinstance(model.get(name, "deploy"), dict):
            _set_in_deploy(body, model, name, str(replicas))
    elif not _set_in_deploy(body, model, name, str(replicas)):
        body.put("deploy", {"replicas": count})
    body.finish()
    return Variant(with_header(edits.apply(), layout.newline))


def _set_in_deploy(body: Body, model: Model, name: str, count: str) -> bool:
    field = model.fields(name).get("deploy")
    if field is None or not isinstance(model.get(name, "deploy"), dict):
        return False
    node = field.node
    if not field.own or not isinstance(node, Mapping) or node.anchor or not node.entries:
        value = body.value("deploy")
        body.put(
            "deploy", {**(value if isinstance(value, dict) else {}), "replicas": Verbatim(count)}
        )
        return True
    present = own(node, "replicas")
    if present is not None:
        body.edits.replace(present.start, present.end, count)
        return True
    column = node.entries[0][0].column
    lines = entry("replicas", Verbatim(count), body.layout, column)
    append_entry(body.edits, node, lines, f"replicas: {count}")
    return True
