"""One lab for the whole run, and what a failed test leaves behind for the person who reads it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e import remote_redis
from tests.e2e.evidence import collect
from tests.e2e.failing import FAILED, pytest_runtest_makereport  # noqa: F401 - a hook
from tests.e2e.live import TINY
from tests.e2e.provided import OVERLAY, SOURCE, Provided
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import REPORT, Notebook, Report
from tests.lab import users_engine
from tests.lab.access import obstacle
from tests.lab.bundle import archive
from tests.lab.lab import LOCAL, TODAY, Lab
from tests.lab.project import COMPOSE_2, Project

HOSTS = (LOCAL, "node1", "node2", "node3")
LEFT_OUT = pytest.StashKey[str]()

NewProject = Callable[..., Project]
NewProvided = Callable[..., Provided]
NewRedis = Callable[..., RemoteRedis]


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Give the page of this run; it is written at the end, whatever passed or failed."""
    page = Report()
    yield page
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page.text())


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, report: Report) -> Iterator[Lab]:
    """Give a lab with an Engine of this machine, three hosts, and all images on each."""
    if found := obstacle():
        what, _ = found
        sentence = f"end-to-end tests left out: {what}; to run them: `make e2e` as root on Linux"
        request.config.stash[LEFT_OUT] = sentence
        # In CI a lab that is missing is a fault of the machine, and must not pass unseen.
        pytest.fail(sentence) if "CI" in os.environ else pytest.skip(sentence)
    notebook = Notebook(report, "the_lab")
    with ExitStack() as cleanup:
        before = signal.signal(signal.SIGTERM, _as_interrupt)
        cleanup.callback(signal.signal, signal.SIGTERM, before)
        use_engine = request.config.getoption("--use-engine")
        made = Lab.create(engine=users_engine.require() if use_engine else "")
        cleanup.callback(lambda: notebook.timed("all of it removed", made.down))
        cached = "from the cache" if archive().exists() else "made from nothing"
        images = notebook.timed(f"images, {cached}", made.images)
        notebook.timed(f"{len(HOSTS)} Engines up", lambda: made.add_hosts(HOSTS))
        notebook.timed("images loaded into each", lambda: made.load(images))
        yield made


@pytest.fixture(scope="session")
def today(lab: Lab, report: Report) -> str:
    """Give the host with Debian's newest Docker, which joins the lab when a test first needs it."""
    notebook = Notebook(report, "the_lab")
    notebook.timed("the Engine of today up", lambda: lab.add_hosts([TODAY]))
    notebook.timed("images loaded into it", lambda: lab.load(archive(), TODAY))
    engine = lab.engine(TODAY)
    said = engine.docker("version --format {{.Server.Version}}").strip()
    notebook.note(
        "Engine and Compose of today", f"{said}, {engine.docker('compose version --short').strip()}"
    )
    return TODAY


def _as_interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(f"signal {number}")


@pytest.fixture
def new_project(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewProject]:
    """Give a function that makes a project on a host, which is removed after the test.

    If the test failed, what the Engines know is kept first.
    """
    with ExitStack() as cleanup:

        def make(host: str, file: Path, program: str = COMPOSE_2, name: str = "") -> Project:
            if host == TODAY:
                request.getfixturevalue("today")
            project = Project(lab.engine(host), file, name or "dockercoins", program)
            cleanup.callback(project.down)
            return project

        yield make
        _keep_evidence(lab, request, tmp_path)


def _keep_evidence(lab: Lab, request: pytest.FixtureRequest, folder: Path) -> None:
    if request.node.stash.get(FAILED, False):
        collect(lab, request.node.name, folder)


@pytest.fixture
def new_provided(new_project: NewProject, tmp_path: Path) -> Iterator[NewProvided]:
    """Give a function that makes a project on a host, not started, in a folder that all share."""
    file = tmp_path / "compose.scaled.yml"

    def make(host: str, source: str, overlay: str, name: str, **variables: str) -> Provided:
        made = Provided(new_project(host, file, name=name), **variables)
        made.write(source, overlay)
        return made

    try:
        yield make
    finally:
        file.write_text(TINY)  # what removes them at the end knows no provider


@pytest.fixture
def provided(new_provided: NewProvided) -> Provided:
    """Give a project that is not started."""
    return new_provided(TODAY, SOURCE, OVERLAY, "provided")


@pytest.fixture
def new_redis(lab: Lab) -> Iterator[NewRedis]:
    """Give a function that starts a Redis on a host; it is removed after the test."""
    with ExitStack() as cleanup:

        def start(host: str, *words: str) -> RemoteRedis:
            engine = lab.engine(host)
            found = remote_redis.start(engine, "myredis", *words)
            cleanup.callback(engine.docker, "rm --force --volumes myredis")
            return found

        yield start


@pytest.fixture
def notebook(report: Report, request: pytest.FixtureRequest) -> Notebook:
    """Give the place where a test notes what it measured."""
    return Notebook(report, request.node.name)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say once, not for each test, why the tests that need the lab were left out."""
    if sentence := config.stash.get(LEFT_OUT, ""):
        terminalreporter.write_line(sentence)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long in one piece, so that no lab waits for the other at the end."""
    items.sort(key=lambda item: item.path.stem not in ("test_workshop", "test_advise"))
