"""What the tests of applications that are taken over begin with, and how they end."""

from pathlib import Path

from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.running import copied, started
from tests.e2e.applications.scenario import Application, Scenario
from tests.e2e.conftest import NewProject
from tests.e2e.report import Notebook


class Begin:
    """Start an application as its author does, with Compose."""

    def __init__(
        self, new_project: NewProject, has_images: HasImages, folder: Path, notebook: Notebook
    ) -> None:
        self.new_project, self.has_images = new_project, has_images
        self.folder, self.notebook = folder, notebook

    def __call__(self, application: Application, host: str) -> Scenario:
        source = copied(application.name, self.folder / application.name)
        made = started(source, host, application.name, self.new_project, self.has_images)
        return Scenario(application, made.project, source, self.notebook)


def lost(one: Scenario) -> dict[str, list[str]]:
    return {
        step: one.seen.failed[step] for step in one.application.lossless if one.seen.failed[step]
    }


def is_as_before(one: Scenario) -> bool:
    return one.project.replicas()[one.application.service] == 1 and not [
        service for service in one.project.replicas() if service[-1].isdigit()
    ]
