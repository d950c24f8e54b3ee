"""How a published port is reached from outside the cluster.

Sources: Compose Specification, "ports"; Kubernetes, "Service" and "Ingress".
"""

from composefile.ports import Port
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.ports import given_out, main_port, published
from generator.targets.kubernetes.settings import group
from generator.targets.kubernetes.source import Source

_SERVICE = ("v1", "Service")
_NODE_PORTS = range(30000, 32768)
_MIXED = Version(1, 26)  # the first in which a load balancer takes several protocols
_TYPES = {"node-port": "NodePort", "load-balancer": "LoadBalancer"}


def outside(source: Source, name: str, *, is_once: bool) -> Given:
    """Return what publishes the ports of service *name*, which runs once if *is_once* says so.

    Raises:
        UserError: It is to have an Ingress that cannot be.
    """
    open_to_all = published(source.model, name)
    local = [port for port in given_out(source.model, name) if port not in open_to_all]
    parts = [_inside_alone(source, name, local)]
    _require_node_port(source, name, open_to_all)
    if group(source.settings_of(name), "ingress"):
        parts.append(_ingress(source, name, is_once=is_once))
    elif source.choices.outside in _TYPES and open_to_all:
        parts += [_service(source, name, ports) for ports in _by_protocol(source, open_to_all)]
    else:
        parts.append(_inside_alone(source, name, open_to_all))
    return together(parts)


def _inside_alone(source: Source, name: str, ports: list[Port]) -> Given:
    if not ports:
        return Given()
    shown = " ".join(f"{port.published}:{port.target}" for port in ports)
    what = f"ports of {name} are reached inside the cluster alone"
    fix = f"reach it from your machine by `{source.kubectl} port-forward service/{name} {shown}`"
    return Given(notices=(Notice(what, source.model.where(name, "ports"), fix=fix),))


def _require_node_port(source: Source, name: str, ports: list[Port]) -> None:
    chosen = source.settings_of(name).get("node-port")
    if chosen is None:
        return
    without = f"take `node-port` out of {name}"
    if group(source.settings_of(name), "ingress"):
        raise chosen.refused(f"{name} is published by its Ingress", f"{without}, or `ingress`")
    if source.choices.outside != "node-port":
        what = f"ports are published by `--publish {source.choices.outside}`"
        raise chosen.refused(what, f"{without}, or leave out `--publish`")
    if len(ports) != 1:
        what = f"{name} publishes {len(ports) or 'no'} ports, and it is for one"
        raise chosen.refused(what, "write each with its number: `ports: ['30080:80']`")
    for other in source.names:
        found = source.settings_of(other).get("node-port")
        numbers = {port.published for port in published(source.model, other)}
        if other != name and chosen.value in (numbers if found is None else {found.value}):
            what = f"{other} is published on that port of each node, too"
            raise chosen.refused(what, "choose another one")


def _by_protocol(source: Source, ports: list[Port]) -> list[list[Port]]:
    """Return *ports* in groups that one Service can publish: of one protocol, or of all."""
    if source.choices.outside == "node-port" or source.choices.version >= _MIXED:
        return [ports]
    protocols = dict.fromkeys(port.protocol for port in ports)
    return [[port for port in ports if port.protocol == protocol] for protocol in protocols]


def _service(source: Source, name: str, ports: list[Port]) -> Given:
    kind, called = _TYPES[source.choices.outside], f"{name[:49]}-published"
    if len(_by_protocol(source, published(source.model, name))) > 1:
        called += f"-{ports[0].protocol}"
    listed: list[Emitted] = []
    chosen = source.settings_of(name).get("node-port")
    for port in ports:
        number = int(port.published) if port.published.isdecimal() else port.target
        entry: dict[str, Emitted] = {
            "name": f"{port.protocol}-{port.target}",
            "port": port.target if kind == "NodePort" else number,
            "targetPort": port.target,
            "protocol": port.protocol.upper(),
        }
        if kind == "NodePort" and (chosen or number in _NODE_PORTS):
            entry["nodePort"] = int(chosen.value) if chosen else number
        listed.append(entry)
    spec: Emitted = {"type": kind, "selector": source.chosen(name), "ports": listed}
    made = source.made(name, _SERVICE, called, {"spec": spec})
    made = source.made_from(chosen, made) if chosen else made
    if kind == "LoadBalancer" or all("nodePort" in e for e in listed if isinstance(e, dict)):
        return Given(objects=(made,))
    shown = ", ".join(port.published for port in ports)
    what = f"{name} is not published on {shown}, but on a port that the cluster chooses"
    fix = f"choose it: `--set {name}.node-port=30080`; or `--ingress {name}=HOST`"
    if len(listed) > 1:
        fix = f"see which: `{source.kubectl} get service {called}`; or `--ingress {name}=HOST`"
    notice = Notice(what, source.model.where(name, "ports"), fix=fix)
    return Given(objects=(made,), notices=(notice,))


def _ingress(source: Source, name: str, *, is_once: bool) -> Given:
    found = group(source.settings_of(name), "ingress")
    first, host = next(iter(found.values())), source.setting(name, "ingress.host")
    if not host:
        raise first.refused("an Ingress needs a host name", "give `ingress.host`, too")
    number = main_port(source.model, name)
    if is_once or not number:
        what = f"{name} runs once" if is_once else f"no TCP port of {name} is known"
        fix = f"take `ingress` out of {name}" if is_once else f"name it: `expose: [PORT]` of {name}"
        raise first.refused(what, fix)
    backend: Emitted = {"service": {"name": name, "port": {"number": number}}}
    path: Emitted = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule: Emitted = {"host": host, "http": {"paths": [path]}}
    chosen = source.setting(name, "ingress.class") or source.choices.ingress_class
    named: dict[str, Emitted] = {"ingressClassName": chosen} if chosen else {}
    secret = source.setting(name, "ingress.tls-secret")
    if secret:
        named["tls"] = [{"hosts": [host], "secretName": secret}]
    spec: Emitted = {**named, "rules": [rule]}
    kind = ("networking.k8s.io/v1", "Ingress")
    made = source.made(name, kind, name, {"spec": spec})
    return Given(objects=(source.made_from(first, made),))
