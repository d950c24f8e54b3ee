"""What a Compose file calls its project.

Source: Compose file reference, "Version and name top-level elements".
"""

from collections.abc import Iterable
from pathlib import Path

from composefile.document import Document, own
from composefile.interpolation import fill
from composefile.project import Project
from composefile.syntax.parser import Scalar


def named_project(folder: Path | None, documents: Iterable[Document]) -> Project:
    """Return the project in *folder*, called what the last of *documents* calls it that does.

    Variables in the name are filled in. A file without ``services:`` has no name: there it would be
    a service.

    Raises:
        UserError: A variable in the name has to be set, and is not.
    """
    project = Project(folder)
    for document in documents:
        node = None if document.v1 else own(document.root, "name")
        if isinstance(node, Scalar) and not node.is_null:
            project = Project(folder, called=fill(node.value, project.environment))
    return project
