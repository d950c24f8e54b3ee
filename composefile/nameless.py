"""The volumes that no file gives a name: each container begins with one of its own.

Sources: Compose Specification, "volumes" (a path alone); Dockerfile reference, "VOLUME".
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from composefile.built_image import built_image
from composefile.images import known_volumes
from composefile.model import Model
from composefile.paths import mount
from composefile.values import Value, words


def nameless_volumes(model: Model, name: str) -> list[str]:
    """Return the paths at which each container of service *name* has a volume without a name.

    One below a folder that is mounted is left out: it keeps that part of the folder away, such as
    ``node_modules``.
    """
    volumes = model.get(name, "volumes")
    named = [*mounted(volumes), *(word.split(":")[0] for word in words(model.get(name, "tmpfs")))]
    own = [target for source, target in _mounts(volumes) if not source]
    return without(dict.fromkeys([*own, *_of_image(model, name)]), named)


def mounted(volumes: Value) -> list[str]:
    """Return the paths at which *volumes* mount what has a name: a volume, a folder, a file."""
    return [target for source, target in _mounts(volumes) if source]


def without(paths: Iterable[str], mounts: Iterable[str]) -> list[str]:
    """Return those of *paths* that are not at one of *mounts*, nor below one."""
    places = list(mounts)
    return [
        path for path in paths if not any(PurePosixPath(path).is_relative_to(one) for one in places)
    ]


def _mounts(volumes: Value) -> list[tuple[str, str]]:
    return [_mount(entry) for entry in volumes if entry] if isinstance(volumes, list) else []


def _mount(entry: Value) -> tuple[str, str]:
    # Returns what is mounted, empty for a volume without a name, and where.
    if isinstance(entry, dict):
        source = entry.get("source") or ("" if entry.get("type") == "volume" else "other")
        return str(source), str(entry.get("target") or "").rstrip("/")
    parts = mount(str(entry))
    source, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    return source, target.rstrip("/")


def _of_image(model: Model, name: str) -> tuple[str, ...]:
    image = built_image(model.get(name, "build"), model.project)
    if image is None:
        return known_volumes(model.image(name))
    return (*known_volumes(image.base), *image.volumes)
