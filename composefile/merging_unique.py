"""By what two items of a list are the same thing for Compose, so that the later replaces the other.

Source: Compose Specification, "Merge", "Unique resources".
"""

import posixpath
from collections.abc import Callable, Mapping

from composefile.paths import mount
from composefile.syntax.nodes import Value


def _item(item: Value) -> object:
    return item if isinstance(item, str) else repr(item)


def _target(item: Value) -> object:
    if isinstance(item, dict):
        return item.get("target")
    parts = mount(str(item))
    return parts[0] if len(parts) == 1 else parts[1]


def _mount(folder: str) -> Callable[[Value], object]:
    def identity(item: Value) -> object:
        if isinstance(item, dict):
            target = item.get("target") or item.get("source")
            return posixpath.join(folder, str(target))
        return posixpath.join(folder, str(item))

    return identity


def _env_file(item: Value) -> object:
    return item.get("path") if isinstance(item, dict) else item


UNIQUE: Mapping[str, Callable[[Value], object]] = {
    "services.*.build.tags": _item,
    "services.*.cap_add": _item,
    "services.*.cap_drop": _item,
    "services.*.configs": _mount("/"),
    "services.*.devices": _target,
    "services.*.dns": _item,
    "services.*.dns_opt": _item,
    "services.*.dns_search": _item,
    "services.*.env_file": _env_file,
    "services.*.expose": _item,
    "services.*.links": _item,
    "services.*.networks.*.aliases": _item,
    "services.*.networks.*.link_local_ips": _item,
    "services.*.ports": _item,
    "services.*.profiles": _item,
    "services.*.secrets": _mount("/run/secrets"),
    "services.*.tmpfs": _item,
    "services.*.volumes": _target,
}
