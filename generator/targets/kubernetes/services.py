"""The Services by which pods are found: a name keeps the port that its consumers dial."""

from collections.abc import Iterator

from composefile.listening import declared, discover
from composefile.model import Model
from composefile.ports import Port
from composefile.references import references
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.source import Source

SERVICE = ("v1", "Service")


def ports_of(model: Model, name: str) -> list[Port]:
    """Return the ports that service *name* listens on, as far as they are known."""
    service = model.document.service(name)
    found = {(port.target, port.protocol): port for port in reversed(declared(model, service))}
    if all(port.protocol == "tcp" for port in found.values()):
        for target in discover(model, service):
            found.setdefault((target, "tcp"), Port(target))
    return sorted(found.values(), key=lambda port: (port.target, port.protocol))


def services(source: Source, name: str, ports: list[Port]) -> Iterator[Object]:
    """Yield the Service of service *name*, if it listens on *ports* or others refer to it."""
    if not ports and not references(source.model, name):
        return
    chosen: Emitted = source.chosen(name)
    # Without a port that is known, the name leads to the pods themselves, at any port.
    here: dict[str, Emitted] = {"ports": listed(ports)} if ports else {"clusterIP": "None"}
    yield source.made(name, SERVICE, name, {"spec": {"selector": chosen, **here}})


def listed(ports: list[Port]) -> list[Emitted]:
    """Return *ports* as those of a Service."""
    return [
        {"name": f"{p.protocol}-{p.target}", "port": p.target, "protocol": p.protocol.upper()}
        for p in ports
    ]


def unpublished(model: Model, name: str, ports: list[Port]) -> list[Notice]:
    """Return what a person has to know of *ports* of service *name* that Compose publishes."""
    outside = [port for port in ports if port.published]
    if not outside:
        return []
    shown = " ".join(f"{port.published}:{port.target}" for port in outside)
    what = f"ports of {name} are published inside the cluster alone"
    fix = f"reach it by `kubectl port-forward service/{name} {shown}`"
    return [Notice(what, model.where(name, "ports"), fix=fix)]
