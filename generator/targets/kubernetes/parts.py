"""What the container of a sidecar is given, apart from what its pod has."""

from collections.abc import Mapping
from dataclasses import replace

from generator.editing.emit import Emitted
from generator.targets.kubernetes.files import files
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.source import MOST_LETTERS, Source, label_of
from generator.targets.kubernetes.variables import environment


def parts(source: Source, other: str) -> Given:
    """Return what the container of ambassador *other* is given, its volumes under its own name."""
    given = together([environment(source, other), files(source, other)])

    def own(part: Emitted) -> Emitted:
        if not isinstance(part, Mapping):
            return part
        return {**part, "name": label_of(f"{other[: MOST_LETTERS // 2]}-{part['name']}")}

    volumes, mounts = (tuple(map(own, parts)) for parts in (given.volumes, given.mounts))
    return replace(given, volumes=volumes, mounts=mounts)
