"""`dcgen up` where the application runs already: it serves until its replicas do."""

from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, Running, made
from tests.e2e.load import load
from tests.e2e.sources import both_engines
from tests.lab.project import Project

pytestmark = pytest.mark.e2e

kinds = pytest.mark.parametrize("kind", ["--static", "--dynamic"])


def _running(new_project: NewProject, folder: Path, host: str, source: str) -> Project:
    # The application as its author wrote it, started by Compose.
    file = folder / "original.yml"
    file.write_text(source)
    project: Project = new_project(host, file)
    project.up()
    return project


@both_engines
@kinds
def test_an_application_that_runs_is_taken_over(
    new_project: NewProject, host: str, kind: str, tmp_path: Path
) -> None:
    _running(new_project, tmp_path, host, TINY)
    file = made(tmp_path / "generated.yml", TINY, "scale", "web", "3", kind)
    one = Running(new_project(host, file))

    one.up()

    with load(one.url()) as constant:
        constant.await_answers_of(3)
    assert one.project.replicas()["web"] == 1
    assert len(one.status()) == 3
