"""Applications that run are taken over by dcgen, changed under load, and given back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.applications import scenario
from tests.e2e.applications.conftest import HasImages
from tests.e2e.applications.lifecycle import Begin, is_as_before, lost
from tests.e2e.applications.running import changed
from tests.e2e.applications.scenario import LOSSLESS, Application
from tests.e2e.conftest import NewProject
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.e2e.sources import engine, repetition
from tests.lab import bases
from tests.lab.commands import CommandError
from tests.lab.lab import LOCAL, TODAY, Lab
from tests.lab.project import Project, fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SHOP = Application(
    "shop",
    "web",
    "example/shop:1",
    ("scale web {n} --dynamic --mode http --health from-healthcheck", "scale celery {n}"),
)
# In the image of the application there is nothing but a server: no shell, no other program.
FRONT = Application(
    "front",
    "app",
    "example/bare:1",
    ("scale app {n} --dynamic --mode http",),
    path="hostname",
    own=False,
)
JOBS = Application("jobs", "api", "example/jobs:1", ("scale api {n}", "scale consumer {n}"))
CALLS = Application(
    "calls", "calls", "example/calls:1", ("scale calls {n} --mode 50051=h2c",), own=False
)
# gRPC tries again at once after the first failure, then after one second, two, four, …
WAITS = "the name changes hands, and gRPC waits before it connects again"


@pytest.fixture
def begin(
    new_project: NewProject, applications: HasImages, tmp_path: Path, notebook: Notebook
) -> Begin:
    return Begin(new_project, applications, tmp_path, notebook)


@engine(LOCAL)
def test_django_with_celery_beat_and_postgresql(
    begin: Begin,
    lab: Lab,
    host: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if host == TODAY:
        request.getfixturevalue("today")
    monkeypatch.setenv("SHOP_HOST", lab.engine(host).address)
    one = begin(SHOP, host)

    def ticks() -> int:
        return int(fetch(f"{one.url}ticks"))

    one.run()
    before = ticks()

    assert lost(one) == {}
    assert is_as_before(one)
    until(lambda: ticks() > before, "the workers go on")


@engine(TODAY)
def test_nginx_that_looked_the_name_up_once_finds_the_balancer(begin: Begin, host: str) -> None:
    one = begin(FRONT, host)
    served: dict[str, int] = {}
    with pytest.raises(CommandError, match=r"executable file not found|no such file"):
        one.project.compose("exec app sh -c true")

    one.run(lambda step: served.update({step: len(one.seen.names)}))

    # Without the address of the old container, nginx would go on with one replica, or with none.
    assert [served[step] for step in ("taken over by 3", "3 to 5", "5 to 2")] == [3, 5, 2]
    assert lost(one) == {}
    assert is_as_before(one)


def test_nginx_is_restarted_with_consent_where_the_address_cannot_be_kept(
    begin: Begin, notebook: Notebook
) -> None:
    one = begin(FRONT, TODAY)
    with _lower_addresses_free(one.project, "app"):
        one.project.compose("restart web")  # it looks the name up again
    nginx = one.project.ids()["web-1"]
    started = ("inspect --format {{.State.StartedAt}}", nginx)
    before = one.project.engine.docker(*started)
    changed(one.source, "scale app 2 --mode http")

    one.variant.up("--drain-deadline", "5", "--restart-dependents")
    with load(one.url, 4) as constant:
        constant.await_answers_of(2)
    counts = f"{len(constant.failed)} of {constant.total} failed"
    notebook.note("after nginx was restarted, by both replicas", counts, "0 failed")

    assert constant.failed == []
    assert one.project.ids()["web-1"] == nginx
    assert one.project.engine.docker(*started) != before


@contextmanager
def _lower_addresses_free(project: Project, service: str) -> Iterator[None]:
    # Gives the container of the service a high address; those below it are free at the end.
    docker, network = project.engine.docker, f"{project.name}_default"
    me = project.ids()[f"{service}-1"]
    words = f"run --detach --network {network} {bases.python()} sleep 600"
    others = [docker(words).strip() for _ in range(6)]
    docker(f"network disconnect {network} {me}")
    others.append(docker(words).strip())
    docker(f"network connect --alias {service} {network} {me}")
    yield
    docker("rm --force", *others)


def test_rabbitmq_with_consumers_loses_no_job(begin: Begin, notebook: Notebook) -> None:
    one = begin(JOBS, TODAY)

    one.run()
    done = scenario.await_jobs_done(one.url, one.seen.requests)
    notebook.note("jobs that were promised, and done", f"{one.seen.requests}, {done}", "none lost")

    # Each request takes a while: some are open whenever a container is cut off.
    assert one.seen.unanswered == []
    assert lost(one) == {}
    assert is_as_before(one)


@repetition
def test_grpc_and_kept_tcp_connections(begin: Begin, notebook: Notebook) -> None:
    one = begin(CALLS, TODAY)
    before = {kind: len(found) for kind, found in scenario.told(one.url).items()}
    failed: dict[str, list[str]] = {}

    def note(step: str) -> None:
        found = scenario.told(one.url)
        new = {kind: found[kind][before[kind] :] for kind in before}
        before.update({kind: len(failures) for kind, failures in found.items()})
        failed[step] = new["grpc"]
        words = ", ".join(f"{kind} {len(failures)}" for kind, failures in new.items())
        bar = "gRPC 0; TCP those of what goes" if step in LOSSLESS else WAITS
        notebook.note(f"{step}: calls that failed, connections that ended", words, bar)

    one.run(note)

    assert {step: failed[step] for step in LOSSLESS if failed[step]} == {}
    assert is_as_before(one)
