"""The pod of a service: one container, and what lies around it.

Source: Kubernetes API reference, "PodSpec" and "Container".
"""

import math
from collections.abc import Mapping

from composefile.duration import seconds
from composefile.ports import Port
from generator.editing.emit import Emitted
from generator.targets.kubernetes.command import command
from generator.targets.kubernetes.in_cluster import NAMESPACE
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.placing import of_node, spread
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.probes import probes
from generator.targets.kubernetes.resources import resources
from generator.targets.kubernetes.security import of_container, of_pod
from generator.targets.kubernetes.source import Source

_DRAIN_S, _GRACE_S = 5, 10.0
_PULLED = {
    "always": "Always",
    "never": "Never",
    "missing": "IfNotPresent",
    "if_not_present": "IfNotPresent",
    "build": "IfNotPresent",
}


def pod(source: Source, name: str, image: str, given: Given, kind: str) -> dict[str, Emitted]:
    """Return the pod of service *name*, which runs *image* with what it is *given*.

    Args:
        source: The file.
        name: A service.
        image: Its image.
        given: Its volumes, variables and what runs before it.
        kind: What keeps its pods running.

    Raises:
        UserError: It asks for what a pod cannot have.
    """
    model, ports, is_once = source.model, ports_of(source.model, name), kind == "Job"
    grace = math.ceil(seconds(model.get(name, "stop_grace_period")) or _GRACE_S)
    drains = bool(ports) and not is_once
    restart = str(model.get(name, "restart") or "no")
    again = "OnFailure" if restart.startswith("on-failure") else "Never"
    placed = of_node(model, name, source.elsewhere)
    if kind == "Deployment" and not any(map(_is_claim, given.volumes)):
        # Where a person says where it runs, that stands.
        placed = {**spread(source.chosen(name), source.replicas(name)), **placed}
    login = source.setting(name, "pull-secret")
    found: dict[str, Emitted] = {
        **({"restartPolicy": again} if is_once else {}),
        **placed,
        **({"serviceAccountName": given.account} if given.account else {}),
        "imagePullSecrets": ({"name": login},) if login else (),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,  # else REDIS_PORT=tcp://… gets into the environment
        "securityContext": of_pod(model, name, ports),
        "terminationGracePeriodSeconds": grace + (_DRAIN_S if drains else 0),
        "initContainers": given.before,
        "containers": [_container(source, name, image, given, drains=drains)],
        "volumes": given.volumes,
    }
    return {key: value for key, value in found.items() if value != ()}


def _container(
    source: Source, name: str, image: str, given: Given, *, drains: bool
) -> dict[str, Emitted]:
    model, ports = source.model, ports_of(source.model, name)
    is_proxy = model.identity(name).is_proxy
    drain: Emitted = {"preStop": _sleep(can_sleep=source.choices.can_sleep)} if drains else {}
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


def _is_claim(volume: Emitted) -> bool:
    return isinstance(volume, Mapping) and "persistentVolumeClaim" in volume


def _port(port: Port) -> Emitted:
    return {"containerPort": port.target, "protocol": port.protocol.upper()}


def _sleep(*, can_sleep: bool) -> Emitted:
    if can_sleep:
        return {"sleep": {"seconds": _DRAIN_S}}
    return {"exec": {"command": ["sleep", str(_DRAIN_S)]}}
