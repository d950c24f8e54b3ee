"""What runs before a service: containers that wait until others are healthy, or have ended.

A Service accepts a connection only when a pod behind it is ready, which is what healthy means.
Sources: Compose Specification, "depends_on"; Kubernetes, "Init Containers".
"""

from collections.abc import Mapping

from composefile.model import Model
from composefile.values import Value, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.security import of_haproxy
from generator.targets.kubernetes.source import COMPLETED, Source
from lb.image import DEFAULT_IMAGE

HEALTHY = "service_healthy"
_KUBECTL = "registry.k8s.io/kubectl:v1.34.0"
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_RBAC = "rbac.authorization.k8s.io/v1"
# With the version that a server adds: else each `kubectl apply` finds a difference.
_NAMESPACE: Emitted = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
_NO_RIGHTS: dict[str, Emitted] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}


def dependencies(source: Source, name: str) -> dict[str, str]:
    """Return the services that *name* depends on and that have a name there, with the condition."""
    found = words(source.model.get(name, "depends_on"))
    there = {*source.names, *source.elsewhere}
    return {other: condition(source.model, name, other) for other in found if other in there}


def condition(model: Model, name: str, other: str) -> str:
    """Return on which condition service *name* depends on *other*; empty if it does not say."""
    value = model.get(name, "depends_on")
    settings = value.get(other) if isinstance(value, dict) else None
    return str(settings.get("condition") or "") if isinstance(settings, dict) else ""


def order(source: Source, name: str, jobs: Mapping[str, str]) -> Given:
    """Return what runs before service *name*.

    Args:
        source: The file.
        name: A service.
        jobs: The services that run once, and what their Jobs are called.
    """
    found = dependencies(source, name)
    parts = [_healthy(source, name, other) for other, how in found.items() if how == HEALTHY]
    ended = [jobs[other] for other, how in found.items() if how == COMPLETED and other in jobs]
    if ended:
        parts.append(_ended(source, name, ended))
    is_proxy = source.model.identity(name).is_proxy  # which waits for its servers by itself
    started = [other for other, how in found.items() if how != HEALTHY and other not in jobs]
    if started and not is_proxy:
        what = f"{name} does not wait for {', '.join(started)}: Kubernetes starts pods in no order"
        fix = "let the program try again, or write `condition: service_healthy`"
        parts.append(
            Given(notices=(Notice(what, source.model.where(name, "depends_on"), fix=fix),))
        )
    return together([*parts, _without_pods(source, name)])


def _without_pods(source: Source, name: str) -> Given:
    """Return what is said of the services that *name* depends on and that are not there."""
    value = source.model.get(name, "depends_on")
    settings = value if isinstance(value, dict) else {}
    there = {*dependencies(source, name), *source.sidecars}
    lost = [other for other in words(value) if other not in there]
    lost = [other for other in lost if not _is_optional(settings.get(other))]
    if not lost:
        return Given()
    what = f"{name} does not wait for {', '.join(lost)}: there are no pods of that name"
    where = source.model.where(name, "depends_on")
    return Given(notices=(Notice(what, where, fix=f"take it out of `depends_on` of {name}"),))


def _is_optional(settings: Value) -> bool:
    return isinstance(settings, dict) and settings.get("required") == "false"


def _healthy(source: Source, name: str, other: str) -> Given:
    tcp = [port.target for port in ports_of(source.model, other) if port.protocol == "tcp"]
    if not tcp:
        what = f"{name} does not wait until {other} is healthy: no port of {other} is known"
        fix = f"name it: `expose: [PORT]` of {other}"
        where = source.model.where(name, "depends_on")
        return Given(notices=(Notice(what, where, fix=fix),))
    # In a subshell: a redirection that fails ends the shell itself.
    script = f"until (exec 3<>/dev/tcp/{other}/{tcp[0]}) 2>/dev/null; do sleep 1; done"
    waiting: Emitted = {
        "name": f"wait-for-{other}"[:63].rstrip("-"),
        "image": DEFAULT_IMAGE,
        "command": ["bash", "-c", script],
        "securityContext": {**of_haproxy(), **_NO_RIGHTS},
    }
    return Given(before=(waiting,))


def _ended(source: Source, name: str, jobs: list[str]) -> Given:
    """Return what waits until *jobs* have ended: it may read these Jobs, and nothing else.

    Raises:
        UserError: No namespace is chosen, in which an account has a right.
    """
    account, namespace = f"{name}-waits", source.choices.namespace
    if not namespace:
        raise UserError(
            f"{name} waits until another service has ended, which takes a right in a namespace",
            fix="name the namespace: `--namespace default`",
            where=source.model.where(name, "depends_on"),
        )
    until = ["wait", "--for=condition=complete", "--timeout=-1s"]
    waiting: Emitted = {
        "name": "wait-for-jobs",
        "image": _KUBECTL,
        "args": [*until, *(f"job/{job}" for job in jobs)],
        "securityContext": _NO_RIGHTS,
        "volumeMounts": [{"name": "account", "mountPath": _ACCOUNT, "readOnly": True}],
    }
    rule: Emitted = {
        "apiGroups": ["batch"],
        "resources": ["jobs"],
        "resourceNames": jobs,
        "verbs": ["get", "list", "watch"],
    }
    role: Emitted = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account}
    subject: Emitted = {"kind": "ServiceAccount", "name": account, "namespace": namespace}
    return Given(
        volumes=(_token(),),
        before=(waiting,),
        objects=(
            source.made(name, ("v1", "ServiceAccount"), account, {}),
            source.made(name, (_RBAC, "Role"), account, {"rules": [rule]}),
            source.made(
                name, (_RBAC, "RoleBinding"), account, {"roleRef": role, "subjects": [subject]}
            ),
        ),
        account=account,
    )


def _token() -> Emitted:
    # Into the one container that needs it: the service itself has no access to the cluster.
    namespace: Emitted = {"path": "namespace", "fieldRef": _NAMESPACE}
    ca: Emitted = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    sources: Emitted = [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        {"configMap": ca},
        {"downwardAPI": {"items": [namespace]}},
    ]
    return {"name": "account", "projected": {"sources": sources}}
