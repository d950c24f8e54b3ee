"""What the ports of a service speak, as far as its author says so, in words such as ``grpc``.

Sources: Compose Specification, "ports" (`app_protocol` and `name` of the long syntax); Traefik,
"Docker routing" (`server.port`, `server.scheme`); nginx-proxy (`VIRTUAL_PORT`, `VIRTUAL_PROTO`);
caddy-docker-proxy (`upstreams`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from composefile.images import short_name
from composefile.ports import Port

# Expressions that most files need not are compiled by `re`, when a file needs them.
_TRAEFIK = (
    r"(?i)traefik\.(?P<kind>http|tcp)\.services\.(?P<name>[^.]+)"
    r"\.loadbalancer\.server\.(?P<what>port|scheme)"
)
_CADDY = r"\{\{\s*upstreams(?:\s+(?P<scheme>https?|h2c))?(?:\s+(?P<port>\d+))?\s*\}\}"
_NAMES = {"http", "https", "h2c", "http2", "grpc", "ssh", "tls", "ws", "wss", "tcp"}
# Their manuals: ClickHouse, "Network ports"; etcd, "gRPC gateway" (HTTP beside gRPC, on one port);
# Qdrant, "Installation".
_OF_IMAGES = {
    "clickhouse-server": {9000: "ClickHouse"},
    "etcd": {2379: "gRPC"},
    "qdrant": {6334: "gRPC"},
}
_PUBLISHED = {"22": "ssh", "443": "https"}


def spoken(
    declared: Iterable[Port],
    labels: Mapping[str, str],
    variables: Mapping[str, str],
    image: str = "",
) -> dict[int, str]:
    """Return the container ports of which it is said what they speak, and what.

    `app_protocol` says it best, then the *labels* and environment *variables* of the service, for
    another proxy, then the name of a port, then the port of the host that publishes it, and last
    what is known of the *image*.
    """
    ports = [port for port in declared if port.protocol == "tcp"]
    outside = {port.target: port.published for port in ports}
    found = dict(_OF_IMAGES.get(short_name(image), {}))
    found |= {port: _PUBLISHED[host] for port, host in outside.items() if host in _PUBLISHED}
    found |= {port.target: name for port in ports if (name := port.name.lower()) in _NAMES}
    alone = ports[0].target if len(ports) == 1 else 0
    found |= dict(_for_proxies(labels, variables, alone))
    found |= {port.target: port.app_protocol.lower() for port in ports if port.app_protocol}
    return found


def _for_proxies(
    labels: Mapping[str, str], variables: Mapping[str, str], alone: int
) -> Iterator[tuple[int, str]]:
    yield from _for_traefik(labels, alone)
    for value in labels.values():
        for match in re.finditer(_CADDY, value):
            yield int(match["port"] or alone), match["scheme"] or "http"
    port, protocol = variables.get("VIRTUAL_PORT"), variables.get("VIRTUAL_PROTO")
    if "VIRTUAL_HOST" in variables:
        yield int(port) if port and port.isdecimal() else alone, protocol or "http"


def _for_traefik(labels: Mapping[str, str], alone: int) -> Iterator[tuple[int, str]]:
    servers: dict[tuple[str, str], dict[str, str]] = {}
    for label, value in labels.items():
        match = re.fullmatch(_TRAEFIK, label)
        if match:
            kind = match["kind"].lower()
            servers.setdefault((kind, match["name"]), {})[match["what"].lower()] = value
    for (kind, _), server in servers.items():
        port = server.get("port", "")
        yield int(port) if port.isdecimal() else alone, server.get("scheme") or kind
