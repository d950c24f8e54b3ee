"""PHP with MariaDB, and uploads in a volume that no file names."""

from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.e2e.applications import scenario
from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.lifecycle import Begin, is_as_before, lost
from tests.e2e.applications.scenario import Application, Scenario
from tests.e2e.conftest import NewProject
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.commands import CommandError
from tests.lab.lab import TODAY
from tests.lab.project import fetch

pytestmark = pytest.mark.e2e

BLOG = Application("blog", "blog", "example/blog:1", ("scale blog {n} --mode http",))


@pytest.fixture
def begin(
    new_project: NewProject, applications: HasImages, tmp_path: Path, notebook: Notebook
) -> Begin:
    return Begin(new_project, applications, tmp_path, notebook)


@repetition
def test_php_with_mariadb_and_a_volume_that_no_file_names(begin: Begin) -> None:
    one = begin(BLOG, TODAY)
    with urlopen(Request(f"{one.url}?name=cat.txt", b"a picture", method="POST")) as answer:
        assert answer.status == 200
    uploads = scenario.anonymous(one.project, "blog")

    picture = one.url + "uploads/cat.txt"

    # Its replicas would not have what was uploaded, so nothing is changed.
    with pytest.raises(CommandError, match="has data in volumes without a name"):
        one.scale(3)
    assert fetch(picture) == b"a picture"
    _name_the_volume(one)
    one.run()

    assert lost(one) == {}
    assert is_as_before(one)
    # Compose keeps it, so whoever uploaded something can still get at it.
    assert len(uploads) == 1
    assert uploads <= scenario.volumes(one.project)


def _name_the_volume(one: Scenario) -> None:
    text = one.source.read_text()
    text = text.replace(
        "    ports:", "    volumes:\n      - uploads:/var/www/html/uploads\n    ports:"
    )
    one.source.write_text(text.replace("\n  data:", "\n  data:\n  uploads:"))
    one.project.compose("up -d --wait", timeout_s=150)
