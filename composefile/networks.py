"""The networks that a service is on, as the file declares them: who else is there, and addresses.

Source: Compose Specification, "networks" (`external`, `name`, `enable_ipv4`, `enable_ipv6`,
`ipam`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from composefile.model import Model
from composefile.outside import outside_name
from composefile.values import Value, plain

if TYPE_CHECKING:
    from composefile.pools import Pool


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the file: its *name* there, and what the file says of it."""

    name: str
    settings: Mapping[str, Value]

    @property
    def is_shared(self) -> bool:
        """Whether other projects may be on it: it is external, or called as they may call it."""
        called = str(self.settings.get("name") or "")
        is_theirs = bool(outside_name(self.settings, self.name))
        return is_theirs or (bool(called) and "COMPOSE_PROJECT_NAME" not in called)

    @property
    def has_ipv4(self) -> bool:
        """Whether its containers have an IPv4 address, as far as the file says."""
        return self.settings.get("enable_ipv4") != "false"

    @property
    def has_ipv6(self) -> bool:
        """Whether its containers have an IPv6 address, as far as the file says."""
        return self.settings.get("enable_ipv6") == "true"

    @property
    def pools(self) -> "list[Pool]":
        """The IPv4 addresses of its containers; none if the file leaves them to Docker."""
        ipam = self.settings.get("ipam")
        listed = ipam.get("config") if isinstance(ipam, dict) and self.has_ipv4 else None
        if not isinstance(listed, list):
            return []
        from composefile.pools import pool  # noqa: PLC0415 - few files have addresses

        return [found for found in map(pool, listed) if found]


def networks(model: Model, name: str) -> list[Network]:
    """Return the networks of service *name*; none if it is on none of the project's."""
    return [declared(model, network) for network in model.networks(name) or ()]


def declared(model: Model, network: str) -> Network:
    """Return what the file of *model* says of *network*, variables resolved where that is known."""
    section = plain(model.document, model.document.section("networks"))
    entry = section.get(network) if isinstance(section, dict) else None
    settings = entry if isinstance(entry, dict) else {}
    known = {key: _known(model, value) for key, value in settings.items()}
    # The name is kept as it is written: it may be one with the project's in it.
    return Network(network, known | ({"name": settings["name"]} if "name" in settings else {}))


def _known(model: Model, value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _known(model, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_known(model, part) for part in value]
    return model.known(value) if isinstance(value, str) else value
