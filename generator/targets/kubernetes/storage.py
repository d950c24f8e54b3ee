"""The volumes of a service: claims for those with a name, memory, and what ends with the pod.

Sources: Compose Specification, "volumes", "tmpfs" and "shm_size"; Kubernetes, "Volumes".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.document import own
from composefile.outside import outside_name
from composefile.paths import mount
from composefile.values import Value, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.hollow import require_target
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.quantity import memory, memory_of_tmpfs
from generator.targets.kubernetes.settings import group
from generator.targets.kubernetes.source import Source, label_of

_CLAIM = ("v1", "PersistentVolumeClaim")
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SETTINGS = ("storage", "storage-class")
_FOREIGN = ("npipe", "cluster", "image")


@dataclass(frozen=True, slots=True)
class Mount:
    """A place in a container: the volume *name*, or a new one; *kind* is a word of Compose."""

    kind: str
    name: str
    target: str
    is_read_only: bool = False
    size: str = ""
    subpath: str = ""


def mounts(source: Source, name: str) -> list[Mount]:
    """Return what service *name* mounts by `volumes`.

    Raises:
        UserError: It is a path of this machine, or nothing that a cluster has.
    """
    value = source.model.get(name, "volumes")
    entries = value if isinstance(value, list) else []
    return [mounted(source, name, index) for index in range(len(entries))]


def claimed(source: Source, name: str) -> list[str]:
    """Return the volumes with a name that service *name* mounts."""
    found = [one.name for one in mounts(source, name) if one.kind == "volume" and one.name]
    return list(dict.fromkeys(found))


def storage(source: Source, name: str, *, own_pods: bool, many: bool) -> Given:
    """Return the volumes of service *name*.

    Args:
        source: The file.
        name: A service.
        own_pods: Whether each of its pods gets its own claims, as those of a StatefulSet do.
        many: Whether it has several pods.
    """
    parts = []
    for index, one in enumerate(mounts(source, name)):
        called = label_of(one.name) if one.name else f"volume-{index}"
        body: dict[str, Emitted] = {"name": called, "mountPath": one.target}
        if one.is_read_only:
            body["readOnly"] = True
        if one.subpath:
            body["subPath"] = one.subpath
        parts.append(Given((), (body,)))
        if one.kind == "tmpfs":
            parts.append(Given((_in_memory(called, memory(one.size)),)))
        elif not one.name:
            what = f"the volume {one.target} of {name} has no name, and ends with its pod"
            fix = f"give it one, if its data are to stay: `data:{one.target}`"
            where = source.model.where(name, "volumes")
            notice = Notice(what, where, fix=fix)
            parts.append(Given(({"name": called, "emptyDir": {}},), notices=(notice,)))
    named = claimed(source, name)
    _require_claim(source, name)
    claims = [_claim(source, name, one, own_pods=own_pods, many=many) for one in named]
    return together([*parts, *claims, *in_memory(source, name)])


def _claim(source: Source, name: str, volume: str, *, own_pods: bool, many: bool) -> Given:
    settings = _settings(source, volume)
    called = label_of(volume)
    if outside := outside_name(settings, volume):
        claim = label_of(outside)
        what = f"the claim {claim!r}, which {name} mounts, is not written"
        notice = Notice(what, source.model.where(name, "volumes"), fix="make it in the cluster")
        return Given((_of_claim(called, claim),), notices=(notice,))
    spec = _spec(source, volume, "ReadWriteOnce")
    if own_pods:
        # With all that a server adds: else each `kubectl apply` finds a difference.
        kind: dict[str, Emitted] = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        mode: Emitted = {**spec, "volumeMode": "Filesystem"}
        return Given(templates=({**kind, "metadata": {"name": called}, "spec": mode},))
    shared = many or len(sharing(source, volume)) > 1
    if not shared:
        made = source.made(name, _CLAIM, called, {"spec": spec})
        return Given((_of_claim(called, called),), objects=(made,))
    what = f"several pods mount the volume {volume!r} at once: few storage classes can do that"
    notice = Notice(
        what,
        source.model.where(name, "volumes"),
        fix="name one with ReadWriteMany, such as NFS: `--storage-class NAME`",
    )
    made = source.made(name, _CLAIM, called, {"spec": _spec(source, volume, "ReadWriteMany")})
    return Given((_of_claim(called, called),), objects=(made,), notices=(notice,))


def _require_claim(source: Source, name: str) -> None:
    if any(not is_external(source, volume) for volume in claimed(source, name)):
        return
    for setting in group(source.settings_of(name), *_SETTINGS).values():
        what = f"{name} has no volume with a name, for which a claim is written"
        raise setting.refused(what, f"give {name} one: `volumes: [data:/data]`")


def _setting(source: Source, volume: str, key: str) -> str:
    """Return the setting *key* for *volume* of all services that share it; empty if none has it."""
    found = [source.settings_of(name).get(key) for name in sharing(source, volume)]
    given = [one for one in found if one is not None]
    for one in given:
        if one.value != given[0].value:
            what = f"the volume {volume!r} has two of them: {given[0].shown} is another"
            raise one.refused(what, "give both the same, or one of them alone")
    return given[0].value if given else ""


def _spec(source: Source, volume: str, mode: str) -> dict[str, Emitted]:
    chosen = _setting(source, volume, "storage-class") or source.choices.storage_class
    named: dict[str, Emitted] = {"storageClassName": chosen} if chosen else {}
    size = _setting(source, volume, "storage") or source.choices.storage
    requests: Emitted = {"requests": {"storage": size}}
    return {"accessModes": [mode], **named, "resources": requests}


def is_external(source: Source, volume: str) -> bool:
    """Tell whether the claim for *volume* is made by others."""
    return bool(outside_name(_settings(source, volume), volume))


def sharing(source: Source, volume: str) -> list[str]:
    """Return the services that mount *volume* and are written."""
    return [name for name in source.names if volume in claimed(source, name)]


def _of_claim(called: str, claim: str) -> Emitted:
    return {"name": called, "persistentVolumeClaim": {"claimName": claim}}


def _settings(source: Source, volume: str) -> dict[str, Value]:
    value = source.model.value(own(source.model.document.section("volumes"), volume))
    return value if isinstance(value, dict) else {}


def in_memory(source: Source, name: str) -> Iterator[Given]:
    """Yield each disk in memory of service *name*: those of `tmpfs`, and that of `shm_size`.

    Raises:
        UserError: One has no place in the container.
    """
    for index, text in enumerate(words(source.model.get(name, "tmpfs"))):
        target = text.partition(":")[0]
        require_target(source.model, name, "tmpfs", target, index)
        called = f"tmpfs-{index}"
        mounted: Emitted = {"name": called, "mountPath": target}
        yield Given((_in_memory(called, memory_of_tmpfs(text)),), (mounted,))
    size = source.model.get(name, "shm_size")
    if isinstance(size, str):
        yield Given((_in_memory("shm", memory(size)),), ({"name": "shm", "mountPath": "/dev/shm"},))  # noqa: S108 - in the container


def _in_memory(called: str, size: str) -> Emitted:
    limit: dict[str, Emitted] = {"sizeLimit": size} if size else {}
    return {"name": called, "emptyDir": {"medium": "Memory", **limit}}


def mounted(source: Source, name: str, index: int) -> Mount:
    """Return what service *name* mounts by entry *index* of its `volumes`.

    Raises:
        UserError: It is a path of this machine, or nothing that a cluster has.
    """
    value = source.model.get(name, "volumes")
    entry = value[index] if isinstance(value, list) else None
    if isinstance(entry, str):
        first, *rest = mount(entry)
        if not rest:
            require_target(source.model, name, "volumes", first, index)
            return Mount("volume", "", first)
        options = rest[1].split(",") if len(rest) > 1 else []
        found = Mount("volume", first, rest[0], "ro" in options)
    else:
        found = _long(entry if isinstance(entry, dict) else {})
    require_target(source.model, name, "volumes", found.target, index)
    where = source.model.where(name, "volumes", index)
    if found.kind in _FOREIGN:
        raise UserError(
            f"`volumes: type: {found.kind}` of service {name!r} cannot be written as manifests",
            fix="copy what is in it into the image, or mount a volume with a name",
            where=where,
        )
    if found.kind == "bind" or (found.name and not _NAMED.fullmatch(found.name)):
        raise UserError(
            f"`volumes:` of service {name!r}: {found.name!r} is on this machine",
            fix="copy it into the image; give a file by `configs:`, data by a volume with a name",
            where=where,
        )
    return found


def _long(entry: dict[str, Value]) -> Mount:
    def text(value: Value) -> str:
        return value if isinstance(value, str) else ""

    volume, tmpfs = entry.get("volume"), entry.get("tmpfs")
    return Mount(
        text(entry.get("type")) or "volume",
        text(entry.get("source")),
        text(entry.get("target")),
        entry.get("read_only") == "true",
        text(tmpfs.get("size")) if isinstance(tmpfs, dict) else "",
        text(volume.get("subpath")) if isinstance(volume, dict) else "",
    )
