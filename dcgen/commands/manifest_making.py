"""The objects of Kubernetes that the files of a reading become."""

from composefile.model import Model
from composefile.project import PROJECT_NAME
from dcgen.commands import overlays
from dcgen.commands.manifest_attempt import attempt
from dcgen.reading import Reading
from generator.result import Notice
from generator.targets.kubernetes.choices import Choices
from generator.targets.kubernetes.elsewhere import objects
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.variant import source_of


def objects_of(reading: Reading, choices: Choices) -> tuple[list[Object], list[Notice]]:
    """Return the objects that the files of *reading* become, and what a person has to know.

    Raises:
        UserError: Something in the files cannot be written as manifests; it has all such things.
    """
    overlays.require_sources(reading.sources)
    written = reading.model
    project = reading.project
    filled = Model(reading.document, project, filled=True)
    source, away, told = source_of(filled, written, project.environment[PROJECT_NAME], choices)
    found, notices = attempt(source)
    return [*found, *(made for one in away for made in objects(source, one))], [*told, *notices]
