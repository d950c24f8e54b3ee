"""What the files of Compose say, as Compose itself merges them; and the part of it that is ours.

Variables stay: no value of one, which may be a secret, gets into a file of ours.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dcgen.provider.caller import Caller
from engine.hosts import DEFAULT_HOST
from faults import HostError, Place, UserError

Data = dict[str, Any]

_CONFIG = ("config", "--no-interpolate", "--no-env-resolution", "--format", "json")
# What names the container of another service, which is not there for a part of the file.
_SHARED = ("network_mode", "ipc", "pid", "volumes_from", "links")


def resolved(caller: Caller, project: str) -> Data:
    """Return what the files of *caller* say together, for the *project*, with all profiles.

    Raises:
        HostError: Compose does not say it.
    """
    words = (*caller.program, *caller.files, "--project-name", project, "--profile", "*", *_CONFIG)
    ended = DEFAULT_HOST.call(words)
    if ended.code != 0:
        said = (ended.err.strip() or "no answer in time").splitlines()[-1]
        raise HostError(f"Compose cannot read its files again: {said}", fix="docker compose config")
    found: Data = json.loads(ended.out)
    return found


def options(found: Data, service: str) -> list[str]:
    """Return the names of the options that *found* gives the provider of *service*."""
    return list(found["services"].get(service, {}).get("provider", {}).get("options") or {})


def without_provider(found: Data, service: str, *, elsewhere: bool) -> Data:
    """Return *found* with *service* as it would be without a provider.

    One that runs *elsewhere* needs no image; then its name says what it is, as of ``redis``. One
    that is built gets the image that ``docker compose build`` makes of it.
    """
    services = dict(found.get("services") or {})
    plain = {key: value for key, value in services.get(service, {}).items() if key != "provider"}
    if elsewhere and not plain.keys() & {"image", "build"}:
        plain["image"] = service
    if "build" in plain:
        plain.setdefault("image", f"{found['name']}-{service}")
    return {**found, "services": {**services, service: plain}}


def part(found: Data, names: Collection[str], where: Place) -> Data:
    """Return *found* with the services *names* alone, which wait for no other.

    Whoever calls a provider has waited for what its service depends on.

    Raises:
        UserError: One needs the container of another service; *where* is the place to name.
    """
    services = {name: _freed(found["services"][name], names, where) for name in names}
    return {**found, "services": services}


def _freed(service: Data, names: Collection[str], where: Place) -> Data:
    freed = {key: value for key, value in service.items() if key != "profiles"}
    waits = freed.get("depends_on") or {}
    if isinstance(waits, list):
        freed["depends_on"] = [name for name in waits if name in names]
    else:
        freed["depends_on"] = {name: how for name, how in waits.items() if name in names}
    for key, other in _others(freed):
        if other not in names:
            what = f"`{key}` needs the container of {other!r}, which a provider is not told of"
            raise UserError(what, fix=f"leave out `{key}`, or use dcgen scale", where=where)
    return freed


def _others(service: Data) -> Iterator[tuple[str, str]]:
    for key in _SHARED:
        value = service.get(key) or []
        for word in [value] if isinstance(value, str) else value:
            kind, colon, name = str(word).partition(":")
            if key in ("links", "volumes_from") and kind != "container":
                yield key, kind
            elif kind == "service" and colon:
                yield key, name


def is_awaited(found: Data, service: str) -> bool:
    """Tell whether a service of *found* waits until *service* is healthy."""
    conditions = (
        other.get("depends_on", {}).get(service, {}) for other in found["services"].values()
    )
    return any(
        isinstance(one, Mapping) and one.get("condition") == "service_healthy" for one in conditions
    )
