"""Names that lead out of the cluster: a Service without pods, whose address is written down.

Sources: Compose Specification, "extra_hosts"; Kubernetes, "Services without selectors" and
"ExternalName".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from composefile.labels import AMBASSADOR
from composefile.model import Model
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.extra_hosts import extra_hosts
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.source import Source, is_name

# CoreDNS reads slices since 1.8.1, and kubeadm has that since 1.22. Endpoints are mirrored into
# slices for the others.
_SLICES = Version(1, 22)


@dataclass(frozen=True, slots=True)
class Away:
    """A service that runs at *host*, an address or a name.

    Attributes:
        name: What its consumers dial.
        of: The service in the file that says so.
        host: Where it is.
        port: Its port there; 0 if it is the one that consumers dial, whichever.
        ports: The ports that consumers dial, if they are known.
    """

    name: str
    of: str
    host: str
    port: int = 0
    ports: tuple[int, ...] = ()


def ambassadors(model: Model, proxy: str) -> list[Away]:
    """Return the ambassadors of *model* whose place a Service takes, as *proxy* chooses.

    It can if there is one upstream, with an address, that asks for no password and no TLS, and the
    ambassador publishes nothing; or, if ``service`` is chosen, with a name and the same port.
    """
    found = []
    for name in model.document.names if proxy != "haproxy" else ():
        identity = model.identity(name)
        host, _, port = identity.upstream.rpartition(":")
        is_one = identity.role == AMBASSADOR and port.isdecimal() and "," not in identity.upstream
        if not is_one or identity.access or len(identity.ports) != 1 or model.get(name, "ports"):
            continue
        address = _address(host.strip("[]"))
        is_same = proxy == "service" and identity.ports == (int(port),) and "." in host
        if address or (is_same and not _is_address(host)):
            found.append(Away(name, name, str(address or host), int(port), identity.ports))
    return found


def hosts(model: Model, names: list[str]) -> list[Away]:
    """Return the hosts that the services *names* know by `extra_hosts`, each at one address."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for host, address in extra_hosts(model.get(name, "extra_hosts")):
            found.setdefault(host, {}).setdefault(address, name)
    return [
        Away(host, of, str(_address(address)))
        for host, places in found.items()
        for address, of in places.items()
        if len(places) == 1 and is_name(host) and host not in model and _address(address)
    ]


def objects(source: Source, away: Away) -> Iterator[Object]:
    """Yield the Service of *away*, and the address behind it."""
    address = _address(away.host)
    service = ("v1", "Service")
    if address is None:
        spec: dict[str, Emitted] = {"type": "ExternalName", "externalName": away.host}
        yield source.made(away.of, service, away.name, {"spec": spec})
        return
    # Without a port, the name leads to the address itself, at any port.
    listed: list[Emitted] = [
        {"name": f"tcp-{port}", "port": port, "targetPort": away.port, "protocol": "TCP"}
        for port in away.ports
    ]
    ports: list[Emitted] = [
        {"name": f"tcp-{port}", "port": away.port, "protocol": "TCP"} for port in away.ports
    ]
    spec = {"ports": listed} if listed else {"clusterIP": "None"}
    yield source.made(away.of, service, away.name, {"spec": spec})
    if source.choices.version < _SLICES:
        there: dict[str, Emitted] = {"addresses": [{"ip": str(address)}]}
        there |= {"ports": ports} if ports else {}
        yield source.made(away.of, ("v1", "Endpoints"), away.name, {"subsets": [there]})
        return
    kind = ("discovery.k8s.io/v1", "EndpointSlice")
    body: dict[str, Emitted] = {
        "addressType": "IPv4" if isinstance(address, IPv4Address) else "IPv6",
        "endpoints": [{"addresses": [str(address)]}],
        "ports": ports,
    }
    bound: dict[str, Emitted] = {"kubernetes.io/service-name": away.name}
    made = source.made(away.of, kind, f"{away.name}-elsewhere", body)
    yield replace(made, labels={**made.labels, **bound})


def notice(source: Source, away: Away) -> Notice | None:
    """Return what a person has to know of *away*: what takes the place of an ambassador.

    None of what `extra_hosts` names: nothing of that changes.
    """
    if not away.ports:
        return None
    what = f"a Service takes the place of the HAProxy of {away.name}, and points to {away.host}"
    fix = "keep it, with its health checks, by `--proxy haproxy`"
    return Notice(what, source.model.where(away.of), fix=fix)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return *text* as an address that may stand behind a Service; None if it cannot."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    is_near = address.is_loopback or address.is_link_local or address.is_unspecified
    return None if is_near or address.is_multicast else address


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
