"""Where a pod runs, and what of its node it shares.

Sources: Compose Specification, "deploy.placement", "platform", "network_mode", "pid", "ipc", "dns",
"extra_hosts"; Kubernetes, "Assigning Pods to Nodes" and "DNS for Services and Pods".
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from ipaddress import ip_address

from composefile.model import Model
from composefile.values import words
from generator.editing.emit import Emitted
from generator.targets.kubernetes.attributes import refused
from generator.targets.kubernetes.extra_hosts import extra_hosts

_CONSTRAINT = re.compile(r"\s*node\.(role|hostname|labels\.[\w./-]+)\s*(==|!=)\s*([\w.-]+)\s*")
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_LOST_S = 30
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def of_node(
    model: Model, name: str, elsewhere: Collection[str], beside: Sequence[tuple[str, str]]
) -> dict[str, Emitted]:
    """Return the parts of a pod of service *name* that say where it runs and what it shares.

    Names that lead *elsewhere* by a Service need no entry in its file of hosts; what runs *beside*
    it has names with their addresses, too.

    Raises:
        UserError: It asks for what a pod cannot have.
    """
    found: dict[str, Emitted] = {}
    for part in node_parts(model, name, elsewhere, beside):
        found |= part()
    return found


def node_parts(
    model: Model, name: str, elsewhere: Collection[str], beside: Sequence[tuple[str, str]]
) -> Iterator[Callable[[], dict[str, Emitted]]]:
    """Yield what makes each part of `of_node`, or raises UserError where a pod cannot have it."""
    yield partial(_networks, model, name)
    yield partial(_names, model, name, elsewhere, beside)
    yield partial(_shared, model, name, "pid", "hostPID")
    yield partial(_shared, model, name, "ipc", "hostIPC")
    if model.get(name, "init") == "true" and model.get(name, "pid") != "host":
        # The first process of such a pod takes care of those without a parent.
        yield lambda: {"shareProcessNamespace": True}
    yield partial(_placement, model, name)


def entry_checks(model: Model, name: str) -> Iterator[Callable[[], object]]:
    """Yield a check of each entry of a list that `of_node` reads: one hides no other."""
    for text in _constraints(model, name):
        yield partial(_expression, model, name, text)
    for host, address in extra_hosts(model.get(name, "extra_hosts")):
        yield partial(_require_address, model, name, host, address)


def _shared(model: Model, name: str, key: str, called: str) -> dict[str, Emitted]:
    value = model.get(name, key)
    if value not in (None, "private", "shareable", "host"):
        raise refused(model, name, key, f"{key}: {value}")
    return {called: True} if value == "host" else {}


def spread(chosen: Emitted, replicas: int) -> dict[str, Emitted]:
    """Return the parts of a pod without data that let a service survive the loss of a node.

    Its *replicas*, which have the labels *chosen*, are on several nodes if they can be, and are
    replaced after half a minute, where a cluster waits for five.
    """
    lost = ("unreachable", "not-ready")
    found: dict[str, Emitted] = {"tolerations": [_for_a_while(kind) for kind in lost]}
    if replicas > 1:
        constraint: Emitted = {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": chosen},
        }
        found["topologySpreadConstraints"] = [constraint]
    return found


def _for_a_while(kind: str) -> Emitted:
    return {
        "key": f"node.kubernetes.io/{kind}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": _LOST_S,
    }


def _networks(model: Model, name: str) -> dict[str, Emitted]:
    key = "net" if model.document.v1 else "network_mode"
    mode = model.get(name, key)
    if mode == "host":
        return {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    if mode not in (None, "bridge", "default"):
        raise refused(model, name, key, f"{key}: {mode}")
    return {}


def _names(
    model: Model, name: str, elsewhere: Collection[str], beside: Sequence[tuple[str, str]]
) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {}
    hostname = model.get(name, "hostname")
    if isinstance(hostname, str) and hostname:
        if not _LABEL.fullmatch(hostname):
            raise refused(model, name, "hostname", f"hostname: {hostname}")
        found["hostname"] = hostname
    searched = words(model.get(name, "dns_search"))
    options = [option.partition(":")[::2] for option in words(model.get(name, "dns_opt"))]
    if searched or options:
        listed: list[Emitted] = [
            {"name": key, "value": value} if value else {"name": key} for key, value in options
        ]
        both: dict[str, Emitted] = {"searches": searched, "options": listed}
        found["dnsConfig"] = {key: part for key, part in both.items() if part}
    hosts = _hosts(model, name, elsewhere, beside)
    return {**found, "hostAliases": hosts} if hosts else found


def _hosts(
    model: Model, name: str, elsewhere: Collection[str], beside: Sequence[tuple[str, str]]
) -> list[Emitted]:
    named: dict[str, list[str]] = {}
    for host, address in extra_hosts(model.get(name, "extra_hosts")):
        _require_address(model, name, host, address)
        if host not in elsewhere:
            named.setdefault(address, []).append(host)
    for host, address in beside:  # a list by address: none may be in it twice
        named.setdefault(address, []).append(host)
    return [{"ip": address, "hostnames": hosts} for address, hosts in named.items()]


def _require_address(model: Model, name: str, host: str, address: str) -> None:
    try:
        ip_address(address)
    except ValueError:
        raise refused(model, name, "extra_hosts", f"extra_hosts: {host}:{address}") from None


def _constraints(model: Model, name: str) -> list[str]:
    deploy = model.get(name, "deploy")
    placement = deploy.get("placement") if isinstance(deploy, dict) else None
    return words(placement.get("constraints")) if isinstance(placement, dict) else []


def _placement(model: Model, name: str) -> dict[str, Emitted]:
    found = [_expression(model, name, text) for text in _constraints(model, name)]
    platform = model.get(name, "platform")
    if isinstance(platform, str) and platform:
        system, _, processor = platform.partition("/")
        found.append(_is("kubernetes.io/os", system))
        if processor:
            found.append(_is("kubernetes.io/arch", processor.split("/")[0]))
    if not found:
        return {}
    terms: Emitted = {"nodeSelectorTerms": [{"matchExpressions": found}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    placed: dict[str, Emitted] = {"affinity": {"nodeAffinity": required}}
    if {"key": _CONTROL_PLANE, "operator": "Exists"} in found:
        taint: Emitted = {"key": _CONTROL_PLANE, "operator": "Exists", "effect": "NoSchedule"}
        placed["tolerations"] = [taint]
    return placed


def _expression(model: Model, name: str, text: str) -> Emitted:
    match = _CONSTRAINT.fullmatch(text)
    if not match or (match[1] == "role" and match[3] not in ("manager", "worker")):
        raise refused(model, name, "deploy", f"deploy.placement.constraints: {text}")
    kind, sign, value = match.groups()
    if kind == "role":
        is_manager = (value == "manager") == (sign == "==")
        return {"key": _CONTROL_PLANE, "operator": "Exists" if is_manager else "DoesNotExist"}
    key = "kubernetes.io/hostname" if kind == "hostname" else kind.removeprefix("labels.")
    return _is(key, value) if sign == "==" else {"key": key, "operator": "NotIn", "values": [value]}


def _is(key: str, value: str) -> Emitted:
    return {"key": key, "operator": "In", "values": [value]}
