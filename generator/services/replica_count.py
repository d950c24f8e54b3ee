"""The number of a service's containers, and which of its replicas start first.

Source: Compose Deploy Specification, "replicas"; Compose Specification, "scale", "depends_on".
"""

from collections.abc import Mapping

from composefile.document import own
from composefile.labels import is_routing_label
from composefile.syntax import parser as tree
from composefile.values import pairs, words
from generator.checks.starting import HEALTHY, waits_for_first
from generator.editing.edits import append_entry, remove_entries
from generator.editing.emit import Emitted, Verbatim, entry
from generator.editing.rewrite import quoted
from generator.editing.service import ServiceEdits


def set_replicas(body: ServiceEdits, count: int) -> None:
    """Let the service of *body* run *count* containers, by the key that says so already."""
    scale = body.model.fields(body.name).get("scale")
    kept = scale and scale.own and not body.is_dropped("scale")
    if kept and scale and isinstance(scale.node, tree.Scalar):
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


def drop_replicas(body: ServiceEdits) -> None:
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


def move_routing_labels(body: ServiceEdits, count: int | None) -> bool:
    """Take labels that tell another proxy where to lead out of `deploy`, and its number too.

    Returns:
        Whether there were any; if not, nothing is changed. With *count*, that is the number then.
    """
    deploy = body.model.get(body.name, "deploy")
    present = deploy.get("labels") if isinstance(deploy, dict) else None
    if not any(is_routing_label(label) for label in pairs(present)):
        return False
    value = body.value("deploy")
    kept = {key: part for key, part in _entries(value).items() if key != "replicas"}
    listed = kept.pop("labels", None)
    left = _stays(listed)
    kept |= {"labels": left} if left else {}
    kept |= {"replicas": Verbatim(str(count))} if count is not None else {}
    if kept:
        body.put("deploy", kept)
    else:
        body.drop("deploy")
    return True


def _entries(value: Emitted) -> dict[str, Emitted]:
    return dict(value) if isinstance(value, Mapping) else {}


def _stays(value: Emitted) -> Emitted:
    if isinstance(value, Mapping):
        return {key: part for key, part in value.items() if not is_routing_label(key)}
    items = value if isinstance(value, list) else []
    return [part for part in items if not is_routing_label(str(part).partition("=")[0])]


def _direct(body: ServiceEdits) -> tree.Mapping | None:
    """Return `deploy` if it stands in the body itself, and nothing else refers to it."""
    field = body.model.fields(body.name).get("deploy")
    node = field.node if field and field.own else None
    direct = isinstance(node, tree.Mapping) and node.entries and not node.anchor
    return node if direct and isinstance(node, tree.Mapping) else None


def wait_for(body: ServiceEdits, leader: str) -> None:
    """Let *body* start when the replica *leader* is healthy, if it prepares something first."""
    if not waits_for_first(body.model, body.name):
        return
    present = body.model.get(body.name, "depends_on")
    others: dict[str, Emitted] = {name: {"condition": "service_started"} for name in words(present)}
    if isinstance(present, dict):
        others = {name: quoted(settings) for name, settings in present.items()}
    body.put("depends_on", {**others, leader: {"condition": HEALTHY}})
