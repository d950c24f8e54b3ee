"""The ports that a service listens on, and those that Compose publishes."""

import functools
from ipaddress import ip_address

from composefile.listening import declared, discover
from composefile.model import Model
from composefile.ports import Port


@functools.lru_cache(maxsize=1000)  # each part of a service asks, and to look is not cheap
def ports_of(model: Model, name: str) -> tuple[Port, ...]:
    """Return the ports that service *name* listens on, as far as they are known."""
    service, generated = model.document.service(name), _generated(model, name)
    found = {(port.target, port.protocol): port for port in reversed(declared(model, service))}
    if generated:
        for target in generated:
            found.setdefault((target, "tcp"), Port(target))
    elif all(port.protocol == "tcp" for port in found.values()):
        for target in discover(model, service):
            found.setdefault((target, "tcp"), Port(target))
    return tuple(sorted(found.values(), key=lambda port: (port.target, port.protocol)))


def _generated(model: Model, name: str) -> list[int]:
    """Return the ports that labels of dcgen's name: of an HAProxy, or of what it balances."""
    identity = model.identity(name)
    if identity.is_proxy:
        return identity.listens
    if not identity.role:
        return []
    balanced = (model.identity(other).balances for other in model.document.names)
    return list(dict.fromkeys(port for all_ in balanced for one, port in all_ if one == name))


def given_out(model: Model, name: str) -> list[Port]:
    """Return the ports of service *name* that Compose publishes, on whichever address."""
    if "host" in (model.get(name, "network_mode"), model.get(name, "net")):
        return []
    return [port for port in ports_of(model, name) if port.published]


def published(model: Model, name: str) -> list[Port]:
    """Return the ports of service *name* that Compose publishes to other machines."""
    return [port for port in given_out(model, name) if not _is_local(port)]


def main_port(model: Model, name: str) -> int:
    """Return the TCP port of service *name* that is for its users; 0 if none is known."""
    tcp = [port for port in ports_of(model, name) if port.protocol == "tcp"]
    first = sorted(tcp, key=lambda port: not port.published)
    return first[0].target if first else 0


def _is_local(port: Port) -> bool:
    try:
        return ip_address(port.host_ip).is_loopback
    except ValueError:
        return False
