"""The balancers and ambassadors of a variant that run in a cluster of Kubernetes.

What Docker asks inside a container, kubectl asks inside that of a pod; the words are the same.
Source: Kubernetes API reference, "Pod".
"""

import json
from collections.abc import Mapping
from typing import Any

from composefile.labels import Identity
from engine.cluster import kubectl
from engine.live.running import PERL, SCRIPT, Live, Pod, proxies, unanswered
from engine.variant import Variant
from faults import HostError
from lb.model import SOCKET_PATH
from lb.runtime import Ask

# As `dcgen kubernetes` writes them.
_NAME, _OURS = "app.kubernetes.io/name", "app.kubernetes.io/managed-by=dcgen"


def in_cluster(variant: Variant, namespace: str, *names: str) -> list[Live]:
    """Return the proxies of *variant*, or of *names*, that run in pods of *namespace*.

    An ambassador that is a sidecar has no pods of its own: it is in each pod that dials it.

    Raises:
        UserError: See `proxies`.
        HostError: kubectl reaches no cluster.
    """
    services = {service.name: service for service in proxies(variant, *names)}
    running = [one for one in _pods(namespace) if _runs(one)]
    pods = tuple(_pod(one) for one in running)
    found = [
        Live(services[name], _asking(namespace, pod, name), pod=pod, pods=pods)
        for pod, one in zip(pods, running, strict=True)
        for name in _proxies_in(pod, one)
        if name in services
    ]
    return sorted(found, key=lambda live: list(services).index(live.service.name))


def _pods(namespace: str) -> list[Any]:
    found = json.loads(kubectl(namespace, "get", "pods", "--selector", _OURS, "--output=json"))
    items: list[Any] = found["items"]
    return items


def _runs(pod: Mapping[str, Any]) -> bool:
    return pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]


def _proxies_in(pod: Pod, one: Mapping[str, Any]) -> list[str]:
    """Return the services whose HAProxy runs in *pod*, which the cluster describes as *one*.

    Each container has the name of its service; what runs beside the pod's own is a sidecar.
    """
    status = one["status"]
    states = [*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ())]
    running = [state["name"] for state in states if "running" in state["state"]]
    return [name for name in running if name != pod.service or _is_proxy(one)]


def _is_proxy(pod: Mapping[str, Any]) -> bool:
    # What the file calls a balancer may be the application's own, applied before it was scaled.
    return Identity.read(pod["metadata"].get("annotations") or {}).is_proxy


def _pod(pod: Mapping[str, Any]) -> Pod:
    labels = pod["metadata"].get("labels") or {}
    return Pod(pod["metadata"]["name"], labels.get(_NAME, ""), pod["status"].get("podIP", ""))


def _asking(namespace: str, pod: Pod, container: str) -> Ask:
    def ask(line: str) -> str:
        inside = ("sh", "-c", SCRIPT, "sh", SOCKET_PATH, line, PERL)
        words = ("exec", pod.name, "--container", container, "--", *inside)
        try:
            return kubectl(namespace, *words)
        except HostError as error:
            raise unanswered(pod.name, error.what) from error

    return ask
