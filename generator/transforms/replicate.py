"""Run a service that nobody dials several times: `deploy.replicas`, and no balancer.

    before:   worker: {build: worker}
    after:    worker: {build: worker, deploy: {replicas: 10}}

Source: Compose Deploy Specification, "replicas".
"""

from generator.body import Body
from generator.document import Service
from generator.edits import Edits
from generator.emit import Verbatim, entry
from generator.layout import layout_of
from generator.model import Model
from generator.spans import append_entry
from generator.tree import Mapping, Scalar
from generator.variant import Notice, Variant, with_header


def replicate(model: Model, service: Service, replicas: int) -> Variant:
    """Return the document with *service* run *replicas* times, and nothing else changed.

    A `container_name` goes, with a notice: Compose refuses it for more than one container.
    """
    name, document = service.name, model.document
    layout = layout_of(document, name)
    edits = Edits(document.text)
    body = Body(model, name, layout, edits)
    notices = []
    if model.get(name, "container_name") is not None:
        notices.append(
            Notice(
                f"`container_name` of {name!r} is gone: only one container could have it",
                model.where(name, "container_name"),
            )
        )
        body.drop("container_name")
    count = Verbatim(str(replicas))
    scale = model.fields(name).get("scale")
    if scale and scale.own and isinstance(scale.node, Scalar):
        edits.replace(scale.node.start, scale.node.end, str(replicas))
        if isinstance(model.get(name, "deploy"), dict):
            _set_in_deploy(body, model, name, str(replicas))
    elif not _set_in_deploy(body, model, name, str(replicas)):
        body.put("deploy", {"replicas": count})
    body.finish()
    return Variant(with_header(edits.apply(), layout.newline), warnings=tuple(notices))


def _set_in_deploy(body: Body, model: Model, name: str, count: str) -> bool:
    field = model.fields(name).get("deploy")
    if field is None or not isinstance(model.get(name, "deploy"), dict):
        return False
    node = field.node
    if not field.own or not isinstance(node, Mapping) or node.anchor or not node.entries:
        value = body.value("deploy")
        body.put("deploy", {**(value if isinstance(value, dict) else {}), "replicas": Verbatim(count)})
        return True
    for key, value in node.entries:
        if isinstance(key, Scalar) and key.value == "replicas" and isinstance(value, Scalar):
            body.edits.replace(value.start, value.end, count)
            return True
    column = node.entries[0][0].column
    lines = entry("replicas", Verbatim(count), body.layout, column)
    append_entry(body.edits, node, lines, f"replicas: {count}")
    return True
