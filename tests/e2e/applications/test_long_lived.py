"""WebSockets, server-sent events and long polls through all that becomes of an application."""

from pathlib import Path

import pytest

from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.lifecycle import Begin, is_as_before, lost
from tests.e2e.applications.long_lived import long_lived
from tests.e2e.applications.scenario import Application
from tests.e2e.conftest import NewProject
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.lab import TODAY
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

STREAMS = Application(
    "streams", "web", "example/streams:1", ("scale web {n} --dynamic --mode http",)
)
# Why connections end in a step: one that outlasts `--drain-deadline` cannot stay.
ENDS = {
    "taken over by 3": "those of the container that goes, and of the port that changes hands",
    "3 to 5": "none: nobody goes",
    "5 to 2": "those of the replicas that go, one after the other",
    "rollout": "those of the replicas that go, one after the other",
    "image that never serves": "none: nobody goes",
    "back to the original file": "those of the balancer, which goes",
}


@pytest.fixture
def begin(
    new_project: NewProject, applications: HasImages, tmp_path: Path, notebook: Notebook
) -> Begin:
    return Begin(new_project, applications, tmp_path, notebook)


@repetition
def test_websockets_server_sent_events_and_long_polls(begin: Begin, notebook: Notebook) -> None:
    one = begin(STREAMS, TODAY)
    with long_lived(one.project.engine.address, 8001) as clients:
        until(lambda: min(clients.heard.values()) > 0, "each client hears something")
        before = dict(clients.ended)
        stayed: dict[str, dict[str, int]] = {}

        def note(step: str) -> None:
            ended = {kind: clients.ended[kind] - before[kind] for kind in before}
            before.update(clients.ended)
            words = ", ".join(f"{kind} {number}" for kind, number in ended.items())
            notebook.note(f"{step}: connections that ended", words, ENDS[step])
            if ENDS[step].startswith("none"):
                stayed[step] = ended

        one.run(note)
        heard = dict(clients.heard)
        until(
            lambda: all(clients.heard[kind] > heard[kind] for kind in heard),
            "each client hears something again",
        )

    assert lost(one) == {}
    assert {step: ended for step, ended in stayed.items() if any(ended.values())} == {}
    assert is_as_before(one)
