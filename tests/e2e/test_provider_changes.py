"""What a provider costs and keeps: an `up` without a change, and fifty with one under load."""

import time
from collections.abc import Callable
from itertools import cycle, islice
from statistics import median

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.load import load
from tests.e2e.provided import OVERLAY, SOURCE, Provided
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.lab import TODAY

pytestmark = pytest.mark.e2e

# The same application without a provider, beside the other.
PLAIN = SOURCE.replace("8001:", "8002:").replace(".250.", ".251.").replace("_healthy", "_started")
TURNS = 3
NUMBERS = (2, 5, 1, 3)
CHANGES = 50


def test_an_up_without_a_change_beside_one_without_a_provider(
    provided: Provided, new_project: NewProject, notebook: Notebook
) -> None:
    plain = new_project(TODAY, provided.folder / "plain.yml", name="plain")
    plain.file.write_text(PLAIN)
    ups: list[Callable[[], str]] = [
        lambda: provided.compose("up", "-d"),
        lambda: plain.compose("up -d"),
    ]
    for up in ups:
        up()
    before = [each.ids() for each in (provided.project, plain)]
    took_s = [[_seconds(up) for up in ups] for _ in range(TURNS)]
    ours_s, plain_s = (median(column) for column in zip(*took_s, strict=True))
    notebook.note_seconds(f"with a provider, median of {TURNS}", ours_s)
    notebook.note_seconds("without one, in turn", plain_s)
    notebook.note("times as long", f"{ours_s / plain_s:.1f}")

    assert [each.ids() for each in (provided.project, plain)] == before


@repetition
@pytest.mark.timeout(3600)
def test_fifty_changes_by_editing_the_file_lose_no_request(
    provided: Provided, notebook: Notebook
) -> None:
    project = provided.project
    numbers = list(islice(cycle(NUMBERS), CHANGES))
    provided.compose("up", "-d")
    took_s = list[float]()
    with load(f"http://{project.engine.address}:8001/") as constant:
        for number in numbers:
            project.file.write_text(OVERLAY.replace("${REPLICAS}", str(number)))
            took_s.append(_seconds(lambda: provided.compose("up", "-d")))
            constant.await_answers_of(number)
    note = f"{CHANGES} times one of {NUMBERS} replicas, by editing the file"
    notebook.note(note, constant.verdict, "0 failed")
    notebook.note_seconds("such a change, median", median(took_s))

    assert constant.failed == []


def _seconds(up: Callable[[], object]) -> float:
    begin_s = time.monotonic()
    up()
    return time.monotonic() - begin_s
