"""What a service of a stack mounts: volumes, files as configs, memory.

A stack runs on many nodes, and a file beside the Compose file is on one: a file that is mounted
read-only becomes a config, any other is refused. Sources: Compose Specification, "volumes" and
"tmpfs"; docker/cli, package cli/compose/convert, "Volumes".
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from composefile.amounts import byte_count, size_of_tmpfs
from composefile.model import Model
from composefile.paths import mount
from composefile.values import Value, is_ignored, words
from generator.editing.emit import Emitted
from generator.targets.hollow import require_target
from generator.targets.swarm.told import Told, refused

MOST_BYTES = 500_000  # of a config; Swarm takes no more than 500 kB
_IN_STACK = {"volume": ("nocopy",), "bind": ("propagation",), "tmpfs": ("size",)}
_NOTHING_LIKE_IT = "Swarm has nothing like it"
_WITHOUT = "leave it out if the service runs without it"
_HARMLESS = ("rw", "ro", "z", "Z", "nocopy", "cached", "delegated", "consistent")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount: *kind* is ``volume``, ``bind`` or ``tmpfs``; *source* is empty if it has none."""

    kind: str
    source: str
    target: str
    read_only: bool = False
    no_copy: bool = False
    size: int = 0
    propagation: str = ""


@dataclass(slots=True)
class Mounts:
    """The mounts of a service: as a stack says them, its named *volumes*, and *files* as configs.

    *files* is the path in the container to that from the project's folder.
    """

    written: list[Emitted] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    is_local: bool = False


def mounts(model: Model, name: str, told: Told) -> Mounts:
    """Return what service *name* mounts.

    Raises:
        UserError: It mounts a file or a folder that other nodes do not have.
    """
    found = Mounts()
    value = model.get(name, "volumes")
    for index in range(len(value) if isinstance(value, list) else 0):
        add(model, name, index, found, told)
    add_memory(model, name, found, told)
    return found


def add_memory(model: Model, name: str, found: Mounts, told: Told) -> None:
    """Put what service *name* mounts in memory into *found*.

    Raises:
        UserError: It has no place in the container, or its size is none.
    """
    for index, entry in enumerate(words(model.get(name, "tmpfs"))):
        target, _, options = entry.partition(":")
        require_target(model, name, "tmpfs", target, index)
        size = _bytes(model, name, "tmpfs", size_of_tmpfs(entry))
        found.written.append(_written(Mount("tmpfs", "", target, size=size)))
        names = [option.partition("=")[0] for option in options.split(",") if option]
        _say_lost(model, name, "tmpfs", [one for one in names if one != "size"], told)
    if isinstance(shared := model.get(name, "shm_size"), str):
        size = _bytes(model, name, "shm_size", shared)
        found.written.append(_written(Mount("tmpfs", "", "/dev/shm", size=size)))  # noqa: S108 - in the container


def add(model: Model, name: str, index: int, found: Mounts, told: Told) -> None:
    """Put what service *name* mounts by entry *index* of its `volumes` into *found*.

    Raises:
        UserError: It is a file or a folder that other nodes do not have, or has no place.
    """
    value = model.get(name, "volumes")
    one = _read(model, name, value[index] if isinstance(value, list) else None, told)
    require_target(model, name, "volumes", one.target, index)
    if one.kind == "bind":
        _bind(model, name, one, found, told)
    elif one.kind == "volume" and one.source:
        found.volumes.append(one.source)
    if one.kind != "bind":
        found.written.append(_written(one))
    found.is_local = found.is_local or one.kind == "volume"


def _say_lost(model: Model, name: str, key: str, lost: list[str], told: Told) -> None:
    attribute = key.partition(".")[0]
    for one in lost:
        told.left_out(model, name, attribute, _NOTHING_LIKE_IT, _WITHOUT, f"{key}.{one}")


def _read(model: Model, name: str, entry: Value, told: Told) -> Mount:
    if isinstance(entry, dict):
        return _long(model, name, entry, told)
    source, *rest = mount(entry if isinstance(entry, str) else "")
    if not rest:
        return Mount("volume", "", source)
    target, options = rest[0], (rest[1].split(",") if rest[1:] else [])
    is_path = source.startswith((".", "/", "~", "\\")) or ":" in source
    other = [option for option in options if option not in _HARMLESS]
    propagation = other[0] if other and is_path else ""
    kind = "bind" if is_path else "volume"
    return Mount(
        kind, source, target, "ro" in options, "nocopy" in options, propagation=propagation
    )


def _long(model: Model, name: str, entry: dict[str, Value], told: Told) -> Mount:
    kind = str(entry.get("type") or "volume")
    inner = entry.get(kind)
    options = inner if isinstance(inner, dict) else {}
    if kind not in ("volume", "bind", "tmpfs") or "subpath" in options:
        shown = "volumes.subpath" if "subpath" in options else f"volumes: type: {kind}"
        fix = "mount a volume with a name as a whole"
        raise refused(model, name, "volumes", _NOTHING_LIKE_IT, fix, shown)
    lost = [key for key in options if key not in _IN_STACK[kind] and not is_ignored(key)]
    _say_lost(model, name, f"volumes.{kind}", lost, told)
    return Mount(
        kind,
        str(entry.get("source") or ""),
        str(entry.get("target") or ""),
        entry.get("read_only") == "true",
        options.get("nocopy") == "true",
        _bytes(model, name, "volumes", str(options.get("size") or "")),
        str(options.get("propagation") or ""),
    )


def _written(one: Mount) -> Emitted:
    plain = not (one.no_copy or one.size or one.propagation)
    if plain and one.kind != "tmpfs" and one.source:
        return f"{one.source}:{one.target}{':ro' if one.read_only else ''}"
    found: dict[str, Emitted] = {"type": one.kind}
    found |= {"source": one.source} if one.source else {}
    found["target"] = one.target
    found |= {"read_only": True} if one.read_only else {}
    found |= {"volume": {"nocopy": True}} if one.no_copy else {}
    found |= {"tmpfs": {"size": one.size}} if one.size else {}
    return found | ({"bind": {"propagation": one.propagation}} if one.propagation else {})


def _bind(model: Model, name: str, one: Mount, found: Mounts, told: Told) -> None:
    where = model.where(name, "volumes")
    if one.source.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", one.source):
        told.say(
            f"each node that may run {name} needs {one.source}, which it mounts",
            where,
            fix="put it there, or name the nodes: `deploy.placement.constraints`",
        )
        found.written.append(_written(one))
        return
    path = (model.project.folder or Path()) / one.source
    if one.source.startswith("~") or not (one.read_only and path.is_file()):
        what = "read-only file" if path.is_file() else "volume with a name"
        why = f"other nodes do not have {one.source!r}"
        fix = f"mount it as a {what}{': add `:ro`, and it becomes a config' * path.is_file()}"
        raise refused(model, name, "volumes", why, fix)
    if path.stat().st_size > MOST_BYTES:
        why = f"{one.source!r} is larger than the 500 kB of a config"
        fix = "put it into the image, or into a volume with a name"
        raise refused(model, name, "volumes", why, fix)
    found.files[one.target] = Path(os.path.normpath(one.source)).as_posix()


def _bytes(model: Model, name: str, key: str, text: str) -> int:
    try:
        return byte_count(text) if text or key == "shm_size" else 0
    except ValueError:
        shown = key if key == "shm_size" else f"{key}.size"
        why = f"{text!r} is not a size such as 64m"
        raise refused(model, name, key, why, "write it so", shown) from None
