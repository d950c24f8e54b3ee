"""Where something listens: a host and a port, as a person writes them."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address

from faults import UserError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What Compose allows as the name of a service, and a host name."""

HOST = r"(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?"
"""What an HTTP request may say as ``Host``: a name or an address, and maybe a port."""

LOOPBACK = "127.0.0.1"
"""Where only this machine can reach it."""

LAST_PORT = 65535
"""The highest port number that there is."""


def without_password(text: str) -> str:
    """Return *text* without what stands before ``@`` in it, which may be a password."""
    return re.sub(r".*@", "…@", text)


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where something listens: *host* is a name or an IP address, *port* 1 to 65535."""

    host: str
    port: int

    def __post_init__(self) -> None:
        if not (NAME.fullmatch(self.host) or _is_ipv6(self.host)):
            raise UserError(
                f"'{without_password(self.host)}' is neither a host name nor an IP address",
                fix="write the address as HOST:PORT, an IPv6 address as [ADDRESS]:PORT",
            )
        if not 1 <= self.port <= LAST_PORT:
            raise UserError(
                f"port {self.port} of '{self.host}' is not in the range 1 to {LAST_PORT}",
                fix="give the port on which the server listens",
            )

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address written as ``host:port`` or ``[ipv6]:port``.

        Raises:
            UserError: *text* is neither, or its port is not a number from 1 to 65535.
        """
        match = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^:\[\]]+)):(\d{1,5})", text, re.ASCII)
        if not match:
            raise UserError(
                f"'{without_password(text)}' is not an address of the form HOST:PORT",
                fix="write a name or an IP address, a colon and a port: 'db.example:6379'",
            )
        if match[1] and not _is_ipv6(match[1]):
            raise UserError(
                f"'{match[1]}' in brackets is not an IPv6 address",
                fix=f"write '{match[1]}:{match[3]}' if it is a name",
            )
        return cls(match[1] or match[2], int(match[3]))

    @property
    def is_name(self) -> bool:
        """Whether *host* must be resolved first."""
        return not (_is_ipv6(self.host) or re.fullmatch(r"[\d.]+", self.host))

    @property
    def is_everywhere(self) -> bool:
        """Whether it is every address of a machine: ``0.0.0.0``, ``::``."""
        return not re.search(r"[^0.:]", self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_ipv6(host: str) -> bool:
    if ":" not in host:
        return False

    try:
        return bool(IPv6Address(host)) and "%" not in host
    except ValueError:
        return False
