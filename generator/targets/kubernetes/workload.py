"""What keeps the pods of a service running, and the claims for its volumes."""

import re
from collections.abc import Collection, Iterator

from composefile.model import Model
from composefile.values import pairs
from faults import UserError
from generator.editing.emit import Emitted
from generator.targets.kubernetes.attributes import refused
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.pod import claims
from generator.targets.kubernetes.source import Source

_ANNOTATION = re.compile(
    r"(?:[a-z0-9][a-z0-9.-]{0,251}/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?", re.ASCII
)
_STORAGE = "1Gi"


def workload(source: Source, name: str, pod: Emitted, before: Collection[str]) -> Iterator[Object]:
    """Yield what runs *pod* for service *name*, and the claims for its volumes.

    Args:
        source: The file.
        name: A service.
        pod: The pod of it.
        before: The volumes that have a claim already.

    Raises:
        UserError: It has more replicas than its volume can have, or a label that is none there.
    """
    model, mounted = source.model, claims(source.model, name)
    for claim in mounted:
        if claim not in before:
            requests: Emitted = {"requests": {"storage": _STORAGE}}
            spec: Emitted = {"accessModes": ["ReadWriteOnce"], "resources": requests}
            yield source.made(name, ("v1", "PersistentVolumeClaim"), claim, {"spec": spec})
    labels = {"labels": source.labels(name), **_annotations(model, name)}
    one_at_a_time: Emitted = {"type": "Recreate"}
    without_gap: Emitted = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }
    body: Emitted = {
        "replicas": _replicas(model, name),
        "strategy": one_at_a_time if mounted else without_gap,
        "selector": {"matchLabels": source.chosen(name)},
        "template": {"metadata": labels, "spec": pod},
    }
    yield source.made(name, ("apps/v1", "Deployment"), name, {"spec": body})


def _annotations(model: Model, name: str) -> dict[str, Emitted]:
    found: dict[str, Emitted] = dict(pairs(model.get(name, "labels")))
    for key in found:
        if not _ANNOTATION.fullmatch(key):
            raise refused(model, name, "labels", f"labels: {key}")
    return {"annotations": found} if found else {}


def _replicas(model: Model, name: str) -> int:
    deploy = model.get(name, "deploy")
    value = deploy.get("replicas") if isinstance(deploy, dict) else model.get(name, "scale")
    count = int(value) if isinstance(value, str) and value.isdecimal() else 1
    if count > 1 and claims(model, name):
        raise UserError(
            f"service {name!r} has {count} replicas and a volume, which one pod alone can mount",
            fix="give it one replica, or take out the volume",
            where=model.where(name, "volumes"),
        )
    return count
