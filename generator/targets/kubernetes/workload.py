"""What keeps the pods of a service running: a Deployment, or another kind where the file says so.

Sources: Compose Specification, "deploy"; Kubernetes, "Workload Management".
"""

import hashlib
import math
import re
from collections.abc import Iterator
from functools import partial
from typing import Literal

from composefile.duration import seconds
from composefile.places import place_below
from composefile.values import Value, pairs
from faults import Check, UserError
from generator.editing.emit import Emitted
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.objects import Given, Object
from generator.targets.kubernetes.policy import memberships
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.storage import claimed, is_external, sharing

Kind = Literal["Deployment", "StatefulSet", "DaemonSet", "Job"]

_ANNOTATION = re.compile(
    r"(?:[a-z0-9][a-z0-9.-]{0,251}/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?", re.ASCII
)
_SURGING_DAEMONS = Version(1, 25)
_WAITING_SETS = Version(1, 25)
_TRIES = 6  # what a Job has without a number


def kind_of(source: Source, name: str) -> Kind:
    """Return what keeps the pods of service *name* running.

    A service that others wait for until it has ended runs once. One with a volume of its own gets
    a StatefulSet: never two pods on it at once, and the data outlive the manifests.
    """
    mode = _deploy(source, name).get("mode")
    if mode == "replicated-job" or name in source.waited_for:
        return "Job"
    if mode == "global":
        return "DaemonSet"
    volumes = [one for one in claimed(source, name) if not is_external(source, one)]
    alone = bool(volumes) and all(sharing(source, one) == [name] for one in volumes)
    return "StatefulSet" if alone and source.replicas(name) <= 1 else "Deployment"


def job_name(name: str, pod: Emitted) -> str:
    """Return what the Job of service *name* is called: what it runs is in it, and never changes."""
    digest = hashlib.sha256(repr(pod).encode()).hexdigest()[:8]
    return f"{name[:54]}-{digest}"


def workload(source: Source, name: str, pod: Emitted, given: Given) -> Object:
    """Return what runs *pod* for service *name*; what it is *given* has its claims.

    Raises:
        UserError: It has a label that is none in a cluster, or a volume on each node.
    """
    kind, template = kind_of(source, name), _template(source, name, pod)
    settings = _deploy(source, name)
    for error in _without_annotation(source, name):
        raise error
    on_top: dict[str, Emitted] = dict(pairs(settings.get("labels")))
    if kind == "Job":
        spec: dict[str, Emitted] = {**_job(source, name), "template": template}
        return source.made(name, ("batch/v1", kind), job_name(name, pod), {"spec": spec}, on_top)
    selector: Emitted = {"matchLabels": source.chosen(name)}
    body: dict[str, Emitted] = {"selector": selector, "template": template}
    wait_s = math.ceil(seconds(_part(settings, "update_config").get("delay")))
    if wait_s and (kind != "StatefulSet" or source.choices.version >= _WAITING_SETS):
        body = {"minReadySeconds": wait_s, **body}
    if kind == "DaemonSet":
        body = {**_daemon(source, name), **body}
    elif kind == "StatefulSet":
        templates: dict[str, Emitted] = {"volumeClaimTemplates": given.templates}
        body = {**_count(source, name), "serviceName": name, **body, **templates}
    else:
        body = {**_count(source, name), "strategy": _strategy(source, name), **body}
    return source.made(name, ("apps/v1", kind), name, {"spec": body}, on_top)


def _template(source: Source, name: str, pod: Emitted) -> Emitted:
    labels = {**source.labels(name), **memberships(source, name)}
    found: dict[str, Emitted] = {}
    for value in _labels_of(source, name).values():
        found |= pairs(value)
    notes: dict[str, Emitted] = {"annotations": found} if found else {}
    return {"metadata": {"labels": labels, **notes}, "spec": pod}


def workload_checks(source: Source, name: str) -> Iterator[Check]:
    """Yield a check of each part of `workload` that can be refused."""
    yield from _without_annotation(source, name)
    yield partial(workload, source, name, {}, Given())


def _without_annotation(source: Source, name: str) -> Iterator[UserError]:
    """Yield an error for each label of service *name* that cannot be an annotation."""
    of_deploy = _deploy(source, name).get("labels")
    for key, value in (*_labels_of(source, name).items(), ("deploy", of_deploy)):
        shown = "deploy.labels" if key == "deploy" else key
        below = ["labels"] if key == "deploy" else []
        for label in pairs(value):
            if not _ANNOTATION.fullmatch(label):
                yield UserError(
                    f"`{shown}: {label}` of service {name!r} cannot be an annotation",
                    fix="rename it: letters, digits, `-`, `_`, `.`, and a domain before a `/`",
                    where=place_below(source.model, name, key, (*below, label)),
                )


def _labels_of(source: Source, name: str) -> dict[str, Value]:
    return {key: source.model.get(name, key) for key in ("annotations", "labels")}


def _count(source: Source, name: str) -> dict[str, Emitted]:
    # Where an autoscaler decides, each `kubectl apply` would set the number back.
    is_counted = bool(source.setting(name, "hpa.max"))
    return {} if is_counted else {"replicas": source.replicas(name)}


def _strategy(source: Source, name: str) -> Emitted:
    claims = [one for one in claimed(source, name) if sharing(source, one) == [name]]
    if claims and source.replicas(name) <= 1:
        return {"type": "Recreate"}
    settings = _part(_deploy(source, name), "update_config")
    count = str(settings.get("parallelism") or "1")
    some: Emitted = int(count) if count.isdecimal() and int(count) else "100%"
    stop_first = settings.get("order") == "stop-first" or _is_on_host(source, name)
    rolling: Emitted = {
        "maxSurge": 0 if stop_first else some,
        "maxUnavailable": some if stop_first else 0,
    }
    return {"type": "RollingUpdate", "rollingUpdate": rolling}


def _is_on_host(source: Source, name: str) -> bool:
    # A second pod would find the ports of the node taken.
    return "host" in (source.model.get(name, "network_mode"), source.model.get(name, "net"))


def _daemon(source: Source, name: str) -> dict[str, Emitted]:
    if claimed(source, name):
        raise UserError(
            f"service {name!r} has a volume on each node, which a cluster cannot give it",
            fix="say how many there are instead: `deploy.replicas`",
            where=source.model.where(name, "volumes"),
        )
    if _is_on_host(source, name) or source.choices.version < _SURGING_DAEMONS:
        return {}
    rolling: Emitted = {"maxSurge": 1, "maxUnavailable": 0}
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}


def _job(source: Source, name: str) -> dict[str, Emitted]:
    count = source.replicas(name)
    many: dict[str, Emitted] = {"completions": count, "parallelism": count} if count > 1 else {}
    restart = str(source.model.get(name, "restart") or "no")
    times = restart.partition(":")[2]
    again = int(times) if times.isdecimal() else _TRIES
    return {**many, "backoffLimit": again if restart.startswith("on-failure") else 0}


def _deploy(source: Source, name: str) -> dict[str, Value]:
    value = source.model.get(name, "deploy")
    return value if isinstance(value, dict) else {}


def _part(settings: dict[str, Value], key: str) -> dict[str, Value]:
    value = settings.get(key)
    return value if isinstance(value, dict) else {}
