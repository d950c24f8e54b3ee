"""The images of the applications, on the Engines where a test needs them."""

from collections.abc import Callable

import pytest

from tests.e2e.applications import images
from tests.e2e.report import Notebook, Report
from tests.lab.lab import TODAY, Lab

HasImages = Callable[[str], None]


@pytest.fixture(scope="session")
def applications(lab: Lab, report: Report, request: pytest.FixtureRequest) -> HasImages:
    """Give a function that puts the images on a host, once."""
    notebook = Notebook(report, "the_lab")
    archive = notebook.timed("images of the applications", lambda: images.made(lab))
    there: set[str] = set()

    def put(host: str) -> None:
        if host in there:
            return
        if host == TODAY:
            request.getfixturevalue("today")
        notebook.timed(f"these loaded into {host}", lambda: lab.load(archive, host))
        there.add(host)

    return put
