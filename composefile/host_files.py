"""The files of its host that a service is given: folders and files that it mounts.

Docker mounts what its own machine has at that path. Where there is nothing, an empty folder takes
its place, or the container does not start. Compose itself reads `env_file`, `label_file` and
`content`, and sends what they say.

Sources: Compose Specification, "volumes", "configs" and "secrets" of a service, "configs",
"secrets" and "volumes" of the file; Docker's local volume driver, "type", "o" and "device".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from composefile.model import Model
from composefile.paths import mount
from composefile.values import Value, fields
from faults import Place

Kind = Literal["volumes", "configs", "secrets"]
Section = tuple[Value, Place]

# What every Linux machine with Docker has: mounted on purpose, of whatever machine it is.
_OF_EVERY_HOST = (
    r"/(?:(?:dev|proc|sys|run|var/run|var/log|var/lib/docker|lib/modules|usr/lib/modules|etc/ssl"
    r"|etc/pki|usr/share/zoneinfo|etc/(?:localtime|timezone|hostname|hosts|machine-id|os-release"
    r"|resolv\.conf|passwd|group))(?:/.*)?)?"
)


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file or folder of the host that service *service* gets, as *source* says.

    *kind* is the key of the service by which it does, *name* the config, secret or volume that
    stands for it; empty for a path in `volumes`. *where* is the line that names the path.
    """

    service: str
    kind: Kind
    source: str
    where: Place
    name: str = ""

    @property
    def is_relative(self) -> bool:
        """Whether it lies beside the Compose file, or in somebody's home."""
        return not self.source.startswith("/")


def host_files(model: Model, name: str) -> Iterator[HostFile]:
    """Yield the files of the host that service *name* is given, in the order of its keys.

    Those that every Linux machine has are left out, as ``/var/run/docker.sock``; and those with
    ``create_host_path: false``: Docker itself says where one is missing.
    """
    value = model.get(name, "volumes")
    for index, entry in enumerate(value if isinstance(value, list) else []):
        source = _mounted(entry)
        if source and _is_path(source):
            where = model.where(name, "volumes", index)
            yield HostFile(name, "volumes", source, where)
        elif source:
            declared, where = _declared(model, "volumes", source)
            if path := _bound(declared):
                yield HostFile(name, "volumes", path, where, source)
    kinds: tuple[Kind, Kind] = ("configs", "secrets")
    for kind in kinds:
        value = model.get(name, kind)
        for entry in value if isinstance(value, list) else []:
            source = str(entry.get("source") if isinstance(entry, dict) else entry)
            declared, where = _declared(model, kind, source)
            file = declared.get("file") if isinstance(declared, dict) else None
            if isinstance(file, str):
                yield HostFile(name, kind, file, where, source)


def _mounted(entry: Value) -> str:
    # The source of a mount: a path, or the name of a volume.
    if not isinstance(entry, dict):
        parts = mount(str(entry))
        return parts[0] if len(parts) > 1 else ""
    bind = entry.get("bind")
    created = bind.get("create_host_path") if isinstance(bind, dict) else None
    if entry.get("type") not in ("bind", "volume") or str(created).lower() == "false":
        return ""
    return str(entry.get("source") or "")


def _is_path(source: str) -> bool:
    is_path = source.startswith((".", "~", "/", "$PWD", "${PWD"))
    return is_path and not re.fullmatch(_OF_EVERY_HOST, source.rstrip("/") or "/")


def _bound(declared: Value) -> str:
    # The path that a volume with a name stands for.
    options = declared.get("driver_opts") if isinstance(declared, dict) else None
    if not isinstance(options, dict) or "bind" not in str(options.get("o")).split(","):
        return ""
    device = str(options.get("device") or "")
    return device if _is_path(device) else ""


def _declared(model: Model, section: Kind, name: str) -> Section:
    """Return what the files say of *name* in *section*, and the line; the last of them counts."""
    entry = fields(model.document.section(section)).get(name)
    if entry is None:
        below = [_declared(one, section, name) for one in reversed(model.below)]
        return next((found for found in below if found[0] is not None), (None, Place("")))
    inner = fields(entry.node)
    at = next((inner[key] for key in ("file", "driver_opts") if key in inner), entry)
    return model.value(entry.node), model.document.where(at.key)
