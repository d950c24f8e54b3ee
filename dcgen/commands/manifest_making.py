"""The objects of Kubernetes that the files of a reading become."""

from composefile.document import own
from composefile.model import Model
from composefile.project import PROJECT_NAME, Project
from dcgen.reading import Reading
from generator.result import Notice
from generator.targets.kubernetes.choices import Choices
from generator.targets.kubernetes.elsewhere import objects
from generator.targets.kubernetes.manifests import manifests
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.shared import once
from generator.targets.kubernetes.sidecar import sidecars
from generator.targets.kubernetes.variant import source_of


def objects_of(reading: Reading, choices: Choices) -> tuple[list[Object], list[Notice]]:
    """Return the objects that the files of *reading* become, and what a person has to know.

    Raises:
        UserError: Something in the files cannot be written as manifests.
    """
    written = reading.model
    name = written.value(own(reading.document.root, "name"))
    project = Project(reading.first.folder, called=name if isinstance(name, str) else "")
    filled = Model(reading.document, project, filled=True)
    source, away, told = source_of(filled, written, project.environment[PROJECT_NAME], choices)
    found, notices = manifests(source, sidecars, once(source))
    return [*found, *(made for one in away for made in objects(source, one))], [*told, *notices]
