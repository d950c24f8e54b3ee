"""Write the services of a Compose file as Deployments, Services and volume claims."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.document import Service
from composefile.listening import declared, discover
from composefile.model import Model
from composefile.ports import Port
from composefile.references import references
from composefile.values import pairs, words
from faults import UserError
from generator.editing.emit import Emitted, Layout, entries
from generator.result import Notice
from generator.targets.kubernetes.attributes import judged, refused, require_sections
from generator.targets.kubernetes.pod import claims, pod
from generator.targets.kubernetes.variables import environment, require_no_secret

_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ANNOTATION = re.compile(
    r"(?:[a-z0-9][a-z0-9.-]{0,251}/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?", re.ASCII
)
_LAYOUT = Layout()
_STORAGE = "1Gi"


@dataclass(frozen=True, slots=True)
class Images:
    """Where images that are built here are: *registry* and *tag*, each empty if not given."""

    registry: str = ""
    tag: str = ""


def manifests(
    model: Model, written: Model, project: str, images: Images
) -> tuple[str, list[Notice]]:
    """Return the manifests of all services without a profile, and what a person has to know.

    Args:
        model: The services as Compose fills them in.
        written: The same file, its values as they are written.
        project: The name of the project.
        images: Where images that are built here are.

    Raises:
        UserError: Something in the file cannot be written as manifests.
    """
    require_sections(written)
    texts, notices, volumes = [], [], set()
    for service in model.document:
        name = service.name
        if words(model.get(name, "profiles")):
            what = f"{name} is left out: it is started only with a profile"
            fix = "give a file in which it has no `profiles:`"
            notices.append(Notice(what, model.where(name, "profiles"), fix=fix))
            continue
        _require_name(model, name)
        require_no_secret(written, name)
        notices += judged(model, name)
        image = _image(model, name, images)
        variables, missing = environment(model, written, name)
        notices += missing
        ports = _ports(model, service)
        notices += _unpublished(model, name, ports)
        body = pod(model, name, image, variables, ports)
        new = [claim for claim in claims(model, name) if claim not in volumes]
        volumes.update(new)
        where = str(model.where(name))
        for kind, made in _objects(model, name, project, body, ports, new):
            texts.append(f"---\n# {where}\n{entries({**kind, **made}, _LAYOUT, 0)}")
    return "".join(texts), notices


def _objects(
    model: Model, name: str, project: str, body: Emitted, ports: list[Port], new: list[str]
) -> Iterator[tuple[dict[str, Emitted], dict[str, Emitted]]]:
    chosen: dict[str, Emitted] = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": project[:63].strip("_-"),
    }
    labels: dict[str, Emitted] = {**chosen, "app.kubernetes.io/managed-by": "dcgen"}
    for claim in new:
        yield (
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
            {
                "metadata": {"name": claim, "labels": labels},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": _STORAGE}},
                },
            },
        )
    one_at_a_time: Emitted = {"type": "Recreate"}
    without_gap: Emitted = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }
    yield (
        {"apiVersion": "apps/v1", "kind": "Deployment"},
        {
            "metadata": {"name": name, "labels": labels},
            "spec": {
                "replicas": _replicas(model, name),
                "strategy": one_at_a_time if claims(model, name) else without_gap,
                "selector": {"matchLabels": chosen},
                "template": {
                    "metadata": {"labels": labels, **_annotations(model, name)},
                    "spec": body,
                },
            },
        },
    )
    listed: list[Emitted] = [
        {"name": f"{p.protocol}-{p.target}", "port": p.target, "protocol": p.protocol.upper()}
        for p in ports
    ]
    if listed or references(model, name):
        # Without a port that is known, the name leads to the pods themselves, at any port.
        here: dict[str, Emitted] = {"ports": listed} if listed else {"clusterIP": "None"}
        spec: Emitted = {"selector": chosen, **here}
        meta: Emitted = {"name": name, "labels": labels}
        yield {"apiVersion": "v1", "kind": "Service"}, {"metadata": meta, "spec": spec}


def _annotations(model: Model, name: str) -> dict[str, Emitted]:
    found: dict[str, Emitted] = dict(pairs(model.get(name, "labels")))
    for key in found:
        if not _ANNOTATION.fullmatch(key):
            raise refused(model, name, "labels", f"labels: {key}")
    return {"annotations": found} if found else {}


def _require_name(model: Model, name: str) -> None:
    if not _LABEL.fullmatch(name):
        raise UserError(
            f"service {name!r} cannot be a name in Kubernetes: small letters, digits and `-`",
            fix=f"rename it, and where it is dialled: {re.sub('[^a-z0-9-]', '-', name.lower())}",
            where=model.where(name),
        )


def _image(model: Model, name: str, images: Images) -> str:
    if model.get(name, "build") is None:
        image = model.get(name, "image")
        if isinstance(image, str) and image:
            return image
        raise UserError(
            f"service {name!r} has neither `image` nor `build`",
            fix="add its `image:`",
            where=model.where(name),
        )
    if not (images.registry and images.tag):
        raise UserError(
            f"service {name!r} is built here, where no cluster finds its image",
            fix="push it to a registry, and give `--registry HOST/PATH --tag TAG`",
            where=model.where(name, "build"),
        )
    return f"{images.registry.rstrip('/')}/{name}:{images.tag}"


def _ports(model: Model, service: Service) -> list[Port]:
    found = {(port.target, port.protocol): port for port in reversed(declared(model, service))}
    if all(port.protocol == "tcp" for port in found.values()):
        for target in discover(model, service):
            found.setdefault((target, "tcp"), Port(target))
    return sorted(found.values(), key=lambda port: (port.target, port.protocol))


def _unpublished(model: Model, name: str, ports: list[Port]) -> list[Notice]:
    outside = [port for port in ports if port.published]
    if not outside:
        return []
    shown = " ".join(f"{port.published}:{port.target}" for port in outside)
    what = f"ports of {name} are published inside the cluster alone"
    fix = f"reach it by `kubectl port-forward service/{name} {shown}`"
    return [Notice(what, model.where(name, "ports"), fix=fix)]


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
