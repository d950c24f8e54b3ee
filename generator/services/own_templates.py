"""A person's own templates for a generated service: where they are, and how the variant says it."""

from dataclasses import dataclass
from pathlib import Path

from composefile.interpolation import resolve
from composefile.model import Model
from faults import UserError


@dataclass(frozen=True, slots=True)
class OwnTemplates:
    """A person's own templates for HAProxy's configuration.

    Attributes:
        folder: Where they are read from.
        path: The same, as the file has it.
        base: Folder of the file, from where the paths in it start.
    """

    folder: Path
    path: str
    base: Path


def own_templates(model: Model, name: str, folder: Path | None) -> OwnTemplates | None:
    """Return the templates in *folder*, for the generated service *name*; None without a folder.

    Raises:
        UserError: There is no such folder.
    """
    if folder is None:
        return None
    if not folder.is_dir():
        kept = folder == former_templates(model, name)
        raise UserError(
            f"there is no folder '{folder}' with templates",
            fix="give `--template` the folder that has them",
            where=model.where(name, "labels") if kept else None,
        )
    base = model.project.folder or Path()
    return OwnTemplates(folder, model.project.seen(str(folder)), base)


def former_templates(model: Model, name: str) -> Path | None:
    """Return the folder whose templates made service *name*, as its label says; None without."""
    label = model.identity(name).template
    path = resolve(label, model.project.variables) if label else None
    return (model.project.folder or Path()) / path if path else None
