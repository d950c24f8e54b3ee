"""`dcgen up` where the application runs already: it serves until its replicas do."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.inside import Clients, clients
from tests.e2e.live import TINY, Running, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.e2e.sources import engine, engines_in_turn
from tests.lab.lab import LOCAL
from tests.lab.project import Project, fetch

pytestmark = pytest.mark.e2e

kinds = engines_in_turn("kind", {"static": "--static", "dynamic": "--dynamic"})
UNPUBLISHED = TINY.replace('    ports:\n      - "8001:8080"\n', "")
PUBLISHED_GAP_S = 0.5
OTHER_IMAGE = "example/balancer:1"
# A list, an option, both, another way to find the replicas, and nothing but the image.
CHANGES = (
    "4",
    "3 --balance leastconn",
    "2 --dynamic",
    "2 --dynamic --balance roundrobin",
    f"2 --dynamic --balance roundrobin --lb-image {OTHER_IMAGE}",
)
BARS = {"by name": "0 failed", "by address": "1 failed"}


def _running(new_project: NewProject, folder: Path, host: str, source: str) -> Project:
    # The application as its author wrote it, started by Compose.
    file = folder / "original.yml"
    file.write_text(source)
    project: Project = new_project(host, file)
    project.up()
    return project


def _require_served_by(
    number: int, before: Mapping[str, Clients], after: Mapping[str, Clients]
) -> None:
    assert after["by name"].failed == []
    assert len(after["by address"].failed) <= 1
    for kind, found in after.items():
        assert sum(last > before[kind].answers for last in found.who.values()) == number, kind


@kinds
def test_an_application_that_runs_is_taken_over(
    new_project: NewProject, host: str, kind: str, tmp_path: Path, notebook: Notebook
) -> None:
    before = _running(new_project, tmp_path, host, TINY).ids()["web-1"]
    file = made(tmp_path / "generated.yml", TINY, "scale", "web", "3", kind)
    one = Running(new_project(host, file))

    with load(one.url()) as constant, load(one.url(), 3, connect_within_s=0.1) as impatient:
        one.up("--drain-deadline", "5")
        constant.await_answers_of(3)
    balancer = next(c for c in one.project.containers() if c.service == "web")
    one.up()
    counts = f"{len(constant.failed)} of {constant.total} failed"
    notebook.note("taken over with a published port", counts, "those of the time below")
    notebook.note_seconds("the port is free, at worst", impatient.gap_s, PUBLISHED_GAP_S)
    notebook.note_seconds("without an answer to clients that let TCP try again", constant.gap_s)

    assert constant.unanswered == []
    assert balancer.id != before
    assert [c.id for c in one.project.containers() if c.service == "web"] == [balancer.id]
    assert len(one.status()) == 3


@engines_in_turn(
    "key",
    {
        "an-address-of-its-own": (
            "    networks:\n      default:\n        ipv4_address: 172.31.250.77\n"
        ),
        "a-name-of-its-own": "    container_name: shop\n",
    },
)
def test_what_only_one_container_can_have_is_taken_over(
    new_project: NewProject, host: str, key: str, tmp_path: Path, notebook: Notebook
) -> None:
    # Compose has to stop the container with the name before it can make another one.
    has_port = "container_name" in key
    source = (TINY if has_port else UNPUBLISHED).replace("    expose:", f"{key}    expose:")
    original = _running(new_project, tmp_path, host, source)
    file = made(tmp_path / "generated.yml", source, "scale", "web", "2")
    one = Running(new_project(host, file))

    with clients(original, "web", 8080) as inside, ExitStack() as cleanup:
        outside = load(one.url(), 3, connect_within_s=0.1)
        constant = cleanup.enter_context(outside) if has_port else None
        one.up("--drain-deadline", "5")
        before = inside.now()
        after = inside.more(40)
    if constant:
        notebook.note_seconds("the port is free, with a container_name", constant.gap_s)

    for kind, found in after.items():
        mine = {who for who, last in found.who.items() if last > before[kind].answers}
        assert len(mine) == 2, kind
    assert one.project.replicas()["web"] == 1


@kinds
def test_inside_no_request_fails_and_who_resolved_the_name_long_ago_finds_the_balancer(
    new_project: NewProject, host: str, kind: str, tmp_path: Path, notebook: Notebook
) -> None:
    original = _running(new_project, tmp_path, host, UNPUBLISHED)
    file = made(tmp_path / "generated.yml", UNPUBLISHED, "scale", "web", "3", kind)
    one = Running(new_project(host, file))

    with clients(original, "web", 8080) as inside:
        one.up("--drain-deadline", "5")
        before, after = inside.now(), inside.more(60)
        for kind_of, found in after.items():
            notebook.note(f"taken over, clients {kind_of}, {kind}", found.verdict, BARS[kind_of])
            notebook.note_seconds(f"longest wait {kind_of}", found.gap_s)
        # Who has the address has it of the old container, and one such client has one request open.
        _require_served_by(3, before, after)
        Running(original).up("--drain-deadline", "5")
        before, after = inside.now(), inside.more(60)
        _require_served_by(1, before, after)
    for kind_of, found in after.items():
        notebook.note(f"given back, clients {kind_of}, {kind}", found.verdict, BARS[kind_of])
        notebook.note_seconds(f"longest wait {kind_of}", found.gap_s)

    assert original.replicas() == {"web": 1}


@engine(LOCAL)
def test_a_balancer_that_is_changed_is_replaced_and_leaves_nothing_behind(
    new_project: NewProject, host: str, tmp_path: Path, notebook: Notebook
) -> None:
    file = made(tmp_path / "generated.yml", UNPUBLISHED, "scale", "web", "2")
    one = Running(new_project(host, file))
    one.up()
    one.project.engine.docker("tag haproxy:3.0", OTHER_IMAGE)

    with clients(one.project, "web", 8080) as inside:
        for words in CHANGES:
            one.dcgen("scale", "web", *words.split(), "-q", "-o", str(file))
            one.up("--drain-deadline", "5")
            found = inside.more(40)["by name"]
            notebook.note(f"changed to {words}", found.verdict, "0 failed")
        # No label of dcgen's says that a port is published: Compose would recreate the container.
        made(file, TINY, "scale", "web", *CHANGES[-1].split())
        one.up("--drain-deadline", "5")
        published = fetch(one.url())
        after = inside.more(40)["by name"]
        notebook.note("its port is published", after.verdict, "0 failed")

    assert after.failed == []
    assert published
    assert one.project.replicas() == {"web": 1, "web-replicas": 2}
