"""A Compose project as a project of its own: nothing in it can meet the one that it was made from.

Networks and volumes get names of this project, so they are new and empty; nothing is published
but what is asked for; no container has a fixed name or address. What Docker Compose itself says
that its files mean (``docker compose config``) is changed, not the text.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lb.address import LOOPBACK

_FIXED = ("container_name", "ports", "hostname", "mac_address")
_FIXED_THERE = ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address")


def own(
    config: Mapping[str, Any], published: Mapping[str, int], fresh: Iterable[str]
) -> dict[str, Any]:
    """Return *config* as a project that can run beside the one that it describes.

    Args:
        config: What ``docker compose config --format json`` prints.
        published: Service to the port that is published on any free port of the loopback address.
        fresh: Services whose folders of the host are replaced by new volumes: they keep state.
    """
    found = {key: value for key, value in config.items() if key != "name"}
    for kind in ("networks", "volumes"):
        found[kind] = {name: _renamed(value) for name, value in (config.get(kind) or {}).items()}
    found["services"] = {
        name: _service(service, published.get(name), is_fresh=name in set(fresh))
        for name, service in config["services"].items()
    }
    return found


def _renamed(section: Mapping[str, Any] | None) -> dict[str, Any]:
    # Without its name, and what a host can have only once: what exists already, and addresses.
    return {
        key: value
        for key, value in (section or {}).items()
        if key not in {"name", "external", "ipam"}
    }


def _service(service: Mapping[str, Any], port: int | None, *, is_fresh: bool) -> dict[str, Any]:
    found = {key: value for key, value in service.items() if key not in _FIXED}
    networks = found.get("networks")
    if isinstance(networks, dict):
        found["networks"] = {name: _free(value) for name, value in networks.items()}
    if is_fresh and "volumes" in found:
        found["volumes"] = [_fresh(volume) for volume in found["volumes"]]
    if port is not None:
        found["ports"] = [{"target": port, "host_ip": LOOPBACK, "protocol": "tcp"}]
    return found


def _free(network: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if network is None:
        return None
    return {key: value for key, value in network.items() if key not in _FIXED_THERE}


def _fresh(volume: Mapping[str, Any]) -> dict[str, Any]:
    if volume.get("type") != "bind" or volume.get("read_only"):
        return dict(volume)
    return {"type": "volume", "target": volume["target"]}
