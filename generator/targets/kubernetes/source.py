"""A Compose file on its way into a cluster, and what its objects are called there."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from composefile.model import Model
from faults import Place, UserError
from generator.editing.emit import Emitted
from generator.targets.kubernetes.choices import Choices
from generator.targets.kubernetes.objects import Object

MOST_LETTERS = 63
_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Source:
    """A Compose file, and what a person chose.

    Attributes:
        model: The services as Compose fills them in.
        written: The same file, its values as they are written.
        project: The name of the project.
        choices: What a person chose.
    """

    model: Model
    written: Model
    project: str
    choices: Choices

    def chosen(self, name: str) -> dict[str, Emitted]:
        """Return the labels by which a Service finds the pods of service *name*."""
        part_of = self.project[:MOST_LETTERS].strip("_-")
        return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": part_of}

    def labels(self, name: str) -> dict[str, Emitted]:
        """Return the labels of what is made of service *name*."""
        return {**self.chosen(name), "app.kubernetes.io/managed-by": "dcgen"}

    def made(
        self, name: str, kind: tuple[str, str], called: str, body: Mapping[str, Emitted]
    ) -> Object:
        """Return an object of service *name*: its *kind* with the version in front, and *body*."""
        where = self.line(self.model.where(name))
        return Object(*kind, called, self.labels(name), body, where, name)

    def line(self, place: Place) -> str:
        """Return *place* as seen from the file's folder: the same wherever dcgen runs."""
        folder = self.model.project.folder
        file = os.path.relpath(place.file, folder) if folder else place.file
        return f"{file}:{place.line}"


def require_name(model: Model, name: str) -> None:
    """Refuse a service whose name cannot be one in a cluster.

    Raises:
        UserError: It cannot (RFC 1123, and for a Service RFC 1035: it begins with a letter).
    """
    if not _LABEL.fullmatch(name):
        raise UserError(
            f"service {name!r} cannot be a name in Kubernetes: small letters, digits and `-`",
            fix=f"rename it, and where it is dialled: {re.sub('[^a-z0-9-]', '-', name.lower())}",
            where=model.where(name),
        )
