"""The project in which a detached service runs: not that of its application."""

from composefile.document import own
from composefile.model import Model
from composefile.project import project_of
from composefile.syntax.parser import Scalar


def own_project(model: Model, name: str) -> str:
    """Return the name of the project in which the detached service *name* runs.

    In that of its application it would be the same service as the ambassador that replaces it:
    where both run on one host, Compose would put HAProxy into the place of the data.
    """
    node = own(model.document.root, "name")
    named = node.value if isinstance(node, Scalar) and not node.is_null else model.project.name
    return project_of(named, name)
