"""Where an ambassador leads to: one upstream, or several of which the first serves."""

import ipaddress
from collections.abc import Sequence
from dataclasses import replace

from faults import UserError
from lb.address import LOOPBACK, Address

THIS_HOST = "host.docker.internal"
"""What Docker calls the machine that a container runs on, if ``extra_hosts`` says so."""

HOST_GATEWAY = "host-gateway"
"""What Docker puts the address of that machine in place of, in ``extra_hosts``."""

HOST_NAMES = frozenset(
    {THIS_HOST, HOST_GATEWAY, "gateway.docker.internal", "host.containers.internal"}
)
"""Names that stand in ``/etc/hosts`` of a container, and that DNS does not know."""

SEPARATOR = ","

Upstreams = Sequence[Address]
"""Of several the first serves, and the others stand by."""


def parse(text: str) -> tuple[Address, ...]:
    """Return the upstreams written as ``a:6379,b:6379``: the first serves, others stand by.

    Raises:
        UserError: One is not HOST:PORT, or stands there twice.
    """
    found = tuple(Address.parse(word.strip()) for word in text.split(SEPARATOR))
    for address in found:
        if found.count(address) > 1:
            raise UserError(f"'{address}' is named twice", fix="name each upstream once")
    return found


def spell(upstreams: Sequence[Address]) -> str:
    """Return *upstreams* as `parse` reads them."""
    return SEPARATOR.join(map(str, upstreams))


def routes(ports: Sequence[int], upstreams: Sequence[Address]) -> dict[int, list[Address]]:
    """Return where each of *ports* leads: the first to *upstreams*, others to their own number."""
    found = {port: [Address(address.host, port) for address in upstreams] for port in ports[1:]}
    return {ports[0]: list(upstreams), **found}


def pool(service: str, port: int) -> str:
    """Return the name of the pool behind *port* in the HAProxy of the ambassador *service*."""
    return f"{service}-{port}"


def from_process(address: Address) -> Address:
    """Return *address* as a process of the machine dials it that containers find by a name."""
    return replace(address, host=LOOPBACK) if address.host in HOST_NAMES else address


def from_container(address: Address) -> Address:
    """Return *address* as a container must dial it: ``localhost`` is the machine it runs on.

    So is ``host-gateway``, which `extra_hosts` alone understands.
    """
    here = is_itself(address) or address.host == HOST_GATEWAY
    return replace(address, host=THIS_HOST) if here else address


def is_itself(address: Address) -> bool:
    """Tell whether *address* means whoever dials it: ``localhost``, ``127.0.0.1``."""
    host = address.host.rstrip(".").lower()
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return parsed.is_loopback or parsed.is_unspecified
