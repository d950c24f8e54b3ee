"""The pod of a service: its container, those beside it, and what lies around them.

Source: Kubernetes API reference, "PodSpec".
"""

import math
from collections.abc import Mapping

from composefile.duration import seconds
from generator.editing.emit import Emitted
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.placing import of_node, spread
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.security import of_pod
from generator.targets.kubernetes.source import Source

_GRACE_S = 10.0


def pod(
    source: Source, name: str, main: Emitted, given: Given, kind: str, *, drains: bool
) -> dict[str, Emitted]:
    """Return the pod of service *name*, whose container is *main*, with what it is *given*.

    Args:
        source: The file.
        name: A service.
        main: Its container.
        given: Its volumes, variables and what runs before it.
        kind: What keeps its pods running.
        drains: Whether *main* goes on for a while when the pod ends.

    Raises:
        UserError: It asks for what a pod cannot have.
    """
    model, ports, is_once = source.model, ports_of(source.model, name), kind == "Job"
    grace = math.ceil(seconds(model.get(name, "stop_grace_period")) or _GRACE_S)
    restart = str(model.get(name, "restart") or "no")
    again = "OnFailure" if restart.startswith("on-failure") else "Never"
    placed = of_node(model, name, source.elsewhere, given.hosts)
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
        "securityContext": of_pod(model, name, (*ports, *given.listens), source.choices.version),
        "terminationGracePeriodSeconds": grace + (source.drain_s(name) if drains else 0),
        "initContainers": given.before,
        "containers": [main, *given.beside],
        "volumes": given.volumes,
    }
    return {key: value for key, value in found.items() if value != ()}


def _is_claim(volume: Emitted) -> bool:
    return isinstance(volume, Mapping) and "persistentVolumeClaim" in volume
