"""The number of a service's containers: `deploy.replicas`, and the older `scale`.

Source: Compose Deploy Specification, "replicas"; Compose Specification, "scale".
"""

from generator.body import Body
from generator.document import own
from generator.emit import Verbatim, entry
from generator.spans import append_entry, remove_entries
from generator.tree import Mapping, Scalar


def set_replicas(body: Body, count: int) -> None:
    """Let the service of *body* run *count* containers, by the key that says so already."""
    scale = body.model.fields(body.name).get("scale")
    if scale and scale.own and isinstance(scale.node, Scalar):
        body.edits.replace(scale.node.start, scale.node.end, str(count))
        if not isinstance(body.model.get(body.name, "deploy"), dict):
            return
    deploy = body.model.get(body.name, "deploy")
    node = _direct(body)
    if not isinstance(deploy, dict) or node is None:
        value = body.value("deploy")
        before = value if isinstance(value, dict) else {}
        body.put("deploy", {**before, "replicas": Verbatim(str(count))})
        return
    present = own(node, "replicas")
    if present is not None:
        body.edits.replace(present.start, present.end, str(count))
        return
    lines = entry("replicas", Verbatim(str(count)), body.layout, node.entries[0][0].column)
    append_entry(body.edits, node, lines, f"replicas: {count}")


def drop_replicas(body: Body) -> None:
    """Take the number of the service of *body* away; what else `deploy` says stays."""
    deploy = body.model.get(body.name, "deploy")
    if not isinstance(deploy, dict) or "replicas" not in deploy:
        return
    if set(deploy) <= {"replicas", "mode"}:
        body.drop("deploy")
        return
    node = _direct(body)
    if node is not None and own(node, "replicas") is not None:
        remove_entries(body.edits, node, {"replicas"})
        return
    value = body.value("deploy")
    before = value if isinstance(value, dict) else {}
    body.put("deploy", {key: part for key, part in before.items() if key != "replicas"})


def _direct(body: Body) -> Mapping | None:
    """Return `deploy` if it stands in the body itself, and nothing else refers to it."""
    field = body.model.fields(body.name).get("deploy")
    node = field.node if field and field.own else None
    direct = isinstance(node, Mapping) and node.entries and not node.anchor
    return node if direct and isinstance(node, Mapping) else None
