"""The Services by which pods are found: a name keeps the port that its consumers dial."""

from collections.abc import Iterator, Sequence

from composefile.ports import Port
from composefile.references import Reference, mentions, references
from composefile.values import words
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.source import Source, is_name

SERVICE = ("v1", "Service")


def services(source: Source, name: str, *, is_needed: bool, is_once: bool) -> Given:
    """Return the Services of service *name*: one for each name under which others dial it.

    There are none if it listens on no port that is known and no other refers to it, or if it runs
    once, as *is_once* says; one *is_needed* all the same by a StatefulSet.
    """
    model = source.model
    ports, known = ports_of(model, name), references(model, name)
    others, is_dialled = aliases(source, name, known), bool(known) and not is_once
    if is_once and not (model.get(name, "ports") or model.get(name, "expose")):
        return Given()  # what its image is known for does not run there
    if not (ports or is_dialled or others or is_needed):
        return Given()
    spec: dict[str, Emitted] = {"selector": source.chosen(name)}
    if not ports or _is_headless(source, name):
        # Without a port that is known, the name leads to the pods themselves, at any port.
        spec["clusterIP"] = "None"
    if ports:
        spec["ports"] = listed(ports)
    good = [alias for alias in others if is_name(alias)]
    notices = [
        Notice(
            f"the name {alias!r} of {name} is left out: it cannot be one in a cluster",
            model.where(name),
            fix=f"let others dial {name!r}",
        )
        for alias in others
        if alias not in good
    ]
    called = [name, *good]
    made = [source.made(name, SERVICE, one, {"spec": spec}) for one in called]
    return Given(objects=tuple(made), notices=tuple(notices))


def listed(ports: Sequence[Port]) -> list[Emitted]:
    """Return *ports* as those of a Service."""
    return [
        {
            "name": f"{port.protocol}-{port.target}",
            "port": port.target,
            "protocol": port.protocol.upper(),
            **({"appProtocol": port.app_protocol} if port.app_protocol else {}),
        }
        for port in ports
    ]


def _is_headless(source: Source, name: str) -> bool:
    deploy = source.model.get(name, "deploy")
    is_asked = isinstance(deploy, dict) and deploy.get("endpoint_mode") == "dnsrr"
    return is_asked or name in source.found_by_dns


def aliases(source: Source, name: str, known: Sequence[Reference]) -> list[str]:
    """Return the other names of service *name* that its references, which are *known*, dial."""
    found = dict.fromkeys(_named(source, name, known))
    return [alias for alias in found if alias not in source.names]


def _named(source: Source, name: str, known: Sequence[Reference]) -> Iterator[str]:
    model = source.model
    for reference in known:
        if reference.key == "links" and reference.detail:
            yield reference.detail
    for settings in (model.networks(name) or {}).values():
        yield from words(settings.get("aliases"))
    container = model.get(name, "container_name")
    others = [other for other in source.names if other != name]
    if isinstance(container, str) and any(mentions(model, one, [container]) for one in others):
        yield container
