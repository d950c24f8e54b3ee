"""An application that runs, is scaled, renewed and given back, and what its clients see of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.applications.running import changed
from tests.e2e.live import Running
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab.commands import CommandError
from tests.lab.project import Project, fetch
from tests.lab.waiting import until

PUBLISHED_GAP_S = 0.5
CLIENTS = 4
# Steps in which one balancer stands there all the time. It is another container when the list of
# its servers changes, unless it finds them by DNS: a host port is free then.
LOSSLESS = ("rollout", "image that never serves")
RESIZED = ("3 to 5", "5 to 2")


@dataclass(frozen=True, slots=True)
class Application:
    """An application of `files/`: *commands* scale it to *{n}*; *service* is who gets a balancer.

    *image* is the one that is renewed; the clients ask *path*. *own* says that the published port
    is that of *service*, so that it must change hands.
    """

    name: str
    service: str
    image: str
    commands: tuple[str, ...]
    path: str = ""
    own: bool = True

    @property
    def lossless(self) -> tuple[str, ...]:
        """The steps in which no request may fail."""
        return (*RESIZED, *LOSSLESS) if "--dynamic" in self.commands[0] else LOSSLESS


@dataclass(slots=True)
class Seen:
    """What clients saw: failures in each step, requests that nobody answered or refused, names."""

    failed: dict[str, list[str]] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    requests: int = 0
    names: set[str] = field(default_factory=set)


class Scenario:
    """The steps of one *application*, which runs as *project* from its *source*."""

    def __init__(
        self, application: Application, project: Project, source: Path, notebook: Notebook
    ) -> None:
        self.application, self.project, self.source = application, project, source
        self.notebook = notebook
        self.seen = Seen()
        engine = project.engine
        self.image_id = engine.docker("inspect --format {{.Id}}", application.image).strip()
        self.url = f"http://{engine.address}:8001/{application.path}"

    @property
    def variant(self) -> Running:
        """The application as dcgen scales it."""
        project = self.project
        return Running(
            Project(project.engine, self.source.with_name("generated.yml"), project.name)
        )

    def run(self, watch: Callable[[str], None] = lambda _step: None) -> None:
        """Go through all steps; *watch* is told after each."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("taken over by 3", lambda: self.scale(3)),
            ("3 to 5", lambda: self.scale(5)),
            ("5 to 2", lambda: self.scale(2)),
            ("rollout", self.roll_out),
            ("image that never serves", self.roll_out_broken),
            ("back to the original file", self.give_back),
        )
        for step, do in steps:
            with self.clients(step):
                do()
            watch(step)

    def scale(self, replicas: int) -> None:
        """Let dcgen scale the application, and run what it has written."""
        changed(self.source, *(c.format(n=replicas) for c in self.application.commands))
        self.variant.up("--drain-deadline", "5")

    def roll_out(self) -> None:
        """Replace the replicas."""
        self.variant.dcgen("rollout", self.application.service, "-q", "--drain-deadline", "5")

    def roll_out_broken(self) -> None:
        """Replace them by what never serves: the old ones must stay."""
        image, docker = self.application.image, self.project.engine.docker
        docker("tag redis", image)
        try:
            words = ("rollout", self.application.service, "-q", "--healthy-deadline", "6")
            with pytest.raises(CommandError, match="the old replicas keep running"):
                self.variant.dcgen(*words)
        finally:
            docker("tag", self.image_id, image)

    def give_back(self) -> None:
        """Let dcgen run the original file again."""
        Running(self.project).up("--drain-deadline", "5")

    @contextmanager
    def clients(self, step: str) -> Iterator[None]:
        """Let clients ask all through *step*, and note what they saw."""
        with load(self.url, CLIENTS) as constant:
            yield
            constant.more(60)
            self.seen.names = constant.who(60)
        self.seen.failed[step] = constant.failed
        self.seen.unanswered += [f"{step}: {one}" for one in constant.unanswered]
        self.seen.requests += sum(constant.answered.values())
        lossless = step in self.application.lossless or not self.application.own
        free = f"the published port is free for {PUBLISHED_GAP_S:g} s at most"
        hands = f"{free}; then an answer takes its time"
        if step.startswith("back"):
            hands = "the published port is not served until the application has started"
        bar = "0 failed" if lossless else hands
        gap = f"longest time without an answer {constant.gap_s:.2f} s"
        counts = f"{len(constant.failed)} of {constant.total} failed"
        self.notebook.note(step, f"{constant.verdict if lossless else counts}; {gap}", bar)


def volumes(project: Project) -> set[str]:
    """Return the names of the volumes on the Engine of *project*."""
    return set(project.engine.docker("volume ls --quiet").split())


def anonymous(project: Project, service: str) -> set[str]:
    """Return the names of the volumes of the containers of *service* that no file names."""
    ids = [one.id for one in project.containers() if one.service == service]
    form = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
    found = project.engine.docker("inspect --format", form, *ids).split()
    return {name for name in found if not name.startswith(f"{project.name}_")}


def await_jobs_done(url: str, least: int) -> int:
    """Return how many jobs are done once none waits: *least* or more."""

    def left() -> tuple[int, int]:
        waiting, done = fetch(f"{url}left").split()
        return int(waiting), int(done)

    until(lambda: left()[0] == 0 and left()[1] >= least, f"{least} jobs are done", 40)
    return left()[1]


def told(url: str) -> dict[str, list[str]]:
    """Return what the caller of gRPC and TCP says of its calls: failures, by kind."""
    failures = json.loads(fetch(url))["failures"]
    return {kind: [one for one in failures if one.startswith(kind)] for kind in ("grpc", "tcp")}
