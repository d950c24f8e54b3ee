"""The container of a service.

Source: Kubernetes API reference, "Container".
"""

from composefile.ports import Port
from generator.editing.emit import Emitted
from generator.targets.kubernetes.command import command
from generator.targets.kubernetes.in_cluster import NAMESPACE
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.probes import probes
from generator.targets.kubernetes.resources import resources
from generator.targets.kubernetes.security import of_container
from generator.targets.kubernetes.source import Source

_PULLED = {
    "always": "Always",
    "never": "Never",
    "missing": "IfNotPresent",
    "if_not_present": "IfNotPresent",
    "build": "IfNotPresent",
}


def container(
    source: Source, name: str, image: str, given: Given, *, drains: bool
) -> dict[str, Emitted]:
    """Return the container of service *name*, which runs *image* with what it is *given*.

    If it *drains*, it goes on for a while when its pod ends, until who dials it has forgotten it.

    Raises:
        UserError: It asks for what a container cannot have.
    """
    model, ports = source.model, ports_of(source.model, name)
    is_proxy = model.identity(name).is_proxy
    drain: Emitted = {"preStop": sleep(source, name)} if drains else {}
    asked = _asked(source, name) if drains or not ports else {}
    found: dict[str, Emitted] = {
        "name": name,
        "image": image,
        "imagePullPolicy": _PULLED.get(str(model.get(name, "pull_policy") or "")),
        **command(model, name),
        "workingDir": str(model.get(name, "working_dir") or ""),
        "stdin": model.get(name, "stdin_open") == "true",
        "tty": model.get(name, "tty") == "true",
        "envFrom": given.variables_from,
        "env": [NAMESPACE, *given.variables] if is_proxy else given.variables,
        "ports": [_port(port) for port in ports],
        **asked,
        "lifecycle": drain,
        "resources": resources(model, name),
        "securityContext": of_container(model, name),
        "volumeMounts": given.mounts,
    }
    alive = source.settings_of(name).get("liveness")
    if alive and alive.value == "true" and "livenessProbe" not in asked:
        what = f"{name} has no health check by which its container could be started again"
        raise alive.refused(what, f"write its `healthcheck:`, or take `liveness` out of {name}")
    return {key: value for key, value in found.items() if value}


def _asked(source: Source, name: str) -> dict[str, Emitted]:
    chosen, ports = source.setting(name, "liveness"), ports_of(source.model, name)
    is_liveness = chosen == "true" if chosen else source.choices.is_liveness
    return probes(source.model, name, ports, is_liveness=is_liveness)


def _port(port: Port) -> Emitted:
    return {"containerPort": port.target, "protocol": port.protocol.upper()}


def sleep(source: Source, name: str) -> Emitted:
    """Return what lets a container in a pod of service *name* go on for a while when that ends."""
    if source.choices.can_sleep:
        return {"sleep": {"seconds": source.drain_s(name)}}
    return {"exec": {"command": ["sleep", str(source.drain_s(name))]}}
