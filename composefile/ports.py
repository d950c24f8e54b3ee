"""One port of a service, in whichever form it is written.

Sources: Compose Specification, "ports" (short and long syntax) and "expose". Docker Compose 2.26 is
the measure of what is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from composefile.interpolation import resolve
from composefile.values import Value

LAST_PORT = 65535
MAX_PORTS = 1000  # that one entry declares in the container
PROTOCOLS = ("tcp", "udp", "sctp")

_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Port:
    """A container port, and where the host publishes it.

    Attributes:
        target: Its number in the container.
        published: The host's port: ``8001``, or any free one of the range ``8001-8010``, or, empty,
            any at all, if the entry publishes. A variable that nothing gives stands as written.
        host_ip: The host's address; empty for the default.
        protocol: One of `PROTOCOLS`.
        app_protocol: What it speaks, as its author says: ``http``, ``grpc``; empty if unsaid.
        name: What its author calls it.
    """

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"
    app_protocol: str = ""
    name: str = ""

    @property
    def host_side(self) -> str:
        """What a short entry says of the host: ``127.0.0.1:8001``; empty if that is nothing."""
        host = f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        return f"{host}:{self.published}" if host else self.published

    def host_ports(self) -> range:
        """Return the host's ports that it may take; none if that is any, or not known."""
        match = _RANGE.fullmatch(self.published)
        return range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)


class UnresolvedPortError(ValueError):
    """A container port hangs on a variable that has no value in the file or in ``.env``."""


def read(entry: Value) -> list[Port]:
    """Return the ports that one entry of `ports` or `expose` declares; a range gives several.

    Args:
        entry: As Compose sees it; on the host's side a variable may be left.

    Raises:
        ValueError: The entry is no port.
    """
    if isinstance(entry, dict):
        return [_long(entry)]
    if not isinstance(entry, str):
        raise ValueError(entry)  # noqa: TRY004 - what is wrong is the file
    host, container, protocol = _split(entry)
    low, high = _range(container, MAX_PORTS)
    protocol = _protocol(protocol)
    if "$" in host:
        return [Port(number, host, "", protocol) for number in range(low, high + 1)]
    host_ip, _, published = host.rpartition(":")
    host_ip = str(ip_address(host_ip.strip("[]"))) if host_ip else ""
    numbers = _published(published, high - low + 1)
    return [
        Port(number, outer, host_ip, protocol)
        for number, outer in zip(range(low, high + 1), numbers, strict=True)
    ]


def parse(entry: Value, variables: Mapping[str, str]) -> list[Port]:
    """Return the same for an *entry* as it is written, with *variables* that may be in it.

    Raises:
        UnresolvedPortError: The container side is a variable without a value.
        ValueError: The entry is no port.
    """
    if isinstance(entry, dict):
        return read({key: _resolved(key, value, variables) for key, value in entry.items()})
    if not isinstance(entry, str):
        return read(entry)
    text = resolve(entry, variables)
    if text is None:
        host, container, protocol = _split(entry)
        inner = resolve(f"{container}/{protocol}", variables)
        if inner is None:
            raise UnresolvedPortError(entry)
        text = f"{host}:{inner}"
    return read(text)


def written_target(entry: Value) -> str:
    """Return the container side of *entry* as it is written, without the protocol."""
    if isinstance(entry, dict):
        return str(entry.get("target") or "")
    return _split(entry)[1] if isinstance(entry, str) else ""


def taken(entry: Value, variables: Mapping[str, str]) -> set[int]:
    """Return the host's ports that *entry*, as it is written, may take; none if nobody can know."""
    try:
        found = parse(entry, variables)
    except ValueError:
        return set()
    return {number for port in found for number in port.host_ports()}


def _resolved(key: str, value: Value, variables: Mapping[str, str]) -> Value:
    known = resolve(value, variables) if isinstance(value, str) else value
    if known is None and key in ("target", "protocol"):
        raise UnresolvedPortError(str(value))
    return value if known is None else known


def _split(entry: str) -> tuple[str, str, str]:
    """Return the host side, the container side and the protocol of a short entry.

    Colons and slashes inside ``${…}`` and ``[…]`` do not separate: ``${P:-80}:80/tcp`` gives
    ``("${P:-80}", "80", "tcp")``.
    """
    depth = 0
    colon, slash = -1, len(entry)
    for index, character in enumerate(entry):
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
        elif depth == 0 and character == ":":
            colon = index
        elif depth == 0 and character == "/":
            slash = index
    return entry[: max(colon, 0)], entry[colon + 1 : slash], entry[slash + 1 :]


def _long(entry: Mapping[str, Value]) -> Port:
    target, _ = _range(str(entry.get("target") or ""), 1)
    published = str(entry.get("published") or "")
    if "$" not in published:
        (published,) = _published(published, 1)
    host_ip = str(entry.get("host_ip") or "").strip("[]")
    return Port(
        target,
        published,
        host_ip,
        protocol=_protocol(str(entry.get("protocol") or "")),
        app_protocol=str(entry.get("app_protocol") or ""),
        name=str(entry.get("name") or ""),
    )


def _protocol(text: str) -> str:
    protocol = text.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise ValueError(text)
    return protocol


def _range(text: str, most: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < low <= high <= LAST_PORT or high - low >= most:
        raise ValueError(text)
    return low, high


def _published(text: str, count: int) -> list[str]:
    # Port 0 is any, as none is.
    if not text.strip("0"):
        return [""] * count
    # Docker chooses one of them, however many they are.
    low, high = _range(text, LAST_PORT)
    if count == 1:
        return [str(low) if low == high else f"{low}-{high}"]
    if high - low + 1 != count:
        raise ValueError(text)
    return [str(number) for number in range(low, high + 1)]
