"""NetworkPolicies for a file with several networks: who shares none with a pod does not reach it.

Sources: Compose Specification, "networks" (`internal`); Kubernetes, "Network Policies".
"""

from collections.abc import Iterator

from composefile.document import own
from composefile.ports import Port
from generator.editing.emit import Emitted
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.ports import main_port, published
from generator.targets.kubernetes.source import Source, label_of

_POLICY = ("networking.k8s.io/v1", "NetworkPolicy")
_DNS: Emitted = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}


def memberships(source: Source, name: str) -> dict[str, Emitted]:
    """Return the labels by which policies know the networks of service *name*.

    There are none if the file has one network alone: there is nothing to keep apart.
    """
    if len(_networks(source)) < len(("one", "another")):
        return {}
    found = source.model.networks(name) or {}
    return {_label(network): "member" for network in found}


def is_closed(source: Source, name: str) -> bool:
    """Tell whether a policy keeps the pods of service *name* from what is outside the cluster."""
    found = source.model.networks(name) or {}
    is_apart = bool(found) and bool(memberships(source, name))
    return is_apart and all(_is_internal(source, network) for network in found)


def policies(source: Source) -> Iterator[Object]:
    """Yield the policies that keep the networks of the file apart."""
    networks = _networks(source)
    if len(networks) < len(("one", "another")):
        return
    for network, members in networks.items():
        selector: Emitted = {"matchLabels": {_label(network): "member"}}
        spec: dict[str, Emitted] = {
            "podSelector": selector,
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": selector}]}],
        }
        called = f"network-{label_of(network)}"
        yield source.made(members[0], _POLICY, called, {"spec": spec})
    for name in source.names:
        yield from _of_service(source, name)


def _of_service(source: Source, name: str) -> Iterator[Object]:
    found = list(source.model.networks(name) or {})
    selector: Emitted = {"matchLabels": source.chosen(name)}
    ports: list[Emitted] = [
        {"port": port.target, "protocol": port.protocol.upper()} for port in _open(source, name)
    ]
    if found and ports:
        spec: Emitted = {
            "podSelector": selector,
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": ports}],
        }
        yield source.made(name, _POLICY, f"{name}-published", {"spec": spec})
    if is_closed(source, name):
        peers: list[Emitted] = [
            {"podSelector": {"matchLabels": {_label(network): "member"}}} for network in found
        ]
        spec = {
            "podSelector": selector,
            "policyTypes": ["Egress"],
            "egress": [{"to": peers}, _DNS],
        }
        yield source.made(name, _POLICY, f"{name}-internal", {"spec": spec})


def _open(source: Source, name: str) -> list[Port]:
    if source.setting(name, "ingress.host"):
        return [Port(main_port(source.model, name))]
    return published(source.model, name) if source.choices.outside != "none" else []


def _networks(source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in source.names:
        for network in source.model.networks(name) or {}:
            found.setdefault(network, []).append(name)
    return found


def _is_internal(source: Source, network: str) -> bool:
    settings = source.model.value(own(source.model.document.section("networks"), network))
    return isinstance(settings, dict) and settings.get("internal") == "true"


def _label(network: str) -> str:
    return f"dcgen.network/{label_of(network)}"
