"""Stock `docker compose up` that scales: dcgen as a provider of today's Compose."""

import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject, NewProvided
from tests.e2e.door import dcgen
from tests.e2e.load import load
from tests.e2e.provided import OVERLAY, Provided
from tests.e2e.report import Notebook
from tests.e2e.test_watch import built
from tests.lab.commands import CommandError
from tests.lab.lab import TODAY
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

LB, FILES = "dcgen lb", "-f compose.yml -f compose.scaled.yml"
README = Path(__file__).parents[2] / "README.md"

# Two providers that wait for another service, and one who waits for both; started on another host.
TWO = """\
x-built: &built
  build: web
  expose: [8080]
  stop_signal: SIGTERM
  depends_on: {first: {condition: service_completed_successfully}}
services:
  first: {image: "haproxy:3.0", command: sleep 1}
  web: {<<: *built, ports: ["${PORT}:8080"]}
  back: *built
  client:
    image: haproxy:3.0
    command: sleep 1000
    stop_signal: KILL
    depends_on:
      web: {condition: service_healthy}
      back: {condition: service_healthy}
"""
PROVIDERS = """\
services:
  web: {provider: {type: dcgen, options: {replicas: 2, mode: http}}}
  back: {provider: {type: dcgen, options: {replicas: 2}}}
"""


def test_compose_alone_scales_without_losing_a_request(
    provided: Provided, notebook: Notebook
) -> None:
    project = provided.project
    provided.compose("up", "-d")
    before = project.ids()
    with load(f"http://{project.engine.address}:8001/") as constant:
        for replicas in (5, 2):
            provided.compose("up", "-d", "--remove-orphans", replicas=replicas)
            constant.await_answers_of(replicas)
        unchanged = project.ids()
        provided.compose("--dry-run", "up", "-d", replicas=9)
        assert project.ids() == unchanged
        project.file.write_text(OVERLAY.replace("mode:", "mdoe:"))
        with pytest.raises(CommandError) as refused:
            provided.compose("up", "-d")
        project.file.write_text(OVERLAY)
        constant.more(100)
    notebook.note("3 to 5 to 2 replicas with `docker compose up`", constant.verdict, "0 failed")

    assert "compose.scaled.yml:5: there is no option 'mdoe'" in refused.value.output
    assert constant.failed == []
    assert [before[name] == unchanged[name] for name in ("web-1", "client-1")] == [True, True]


def test_compose_takes_the_containers_for_those_of_the_service(provided: Provided) -> None:
    project = provided.project
    provided.compose("up", "-d")

    assert project.replicas() == {"web": 4, "client": 1}
    assert len(provided.compose("ps", "--quiet", "web").split()) == 4
    assert "web-replicas-3" in provided.compose("logs", "web")
    assert _serving(provided) == {f"web-replicas-{number}" for number in (1, 2, 3)}
    provided.run(f"{LB} drain {FILES} web-replicas-2")
    assert "DRAIN" in provided.run(f"{LB} status {FILES}")
    provided.run(f"{LB} ready {FILES} web")
    assert _serving(provided) == {f"web-replicas-{number}" for number in (1, 2, 3)}
    hosts = {provided.compose("exec", "--index", str(n), "web", "hostname") for n in (1, 2, 3, 4)}
    assert len(hosts) == 4
    provided.compose("stop", "--timeout", "1")
    assert project.replicas() == {}
    provided.compose("start")
    assert project.replicas() == {"web": 4, "client": 1}
    provided.compose("down")
    assert project.containers() == []


def _serving(provided: Provided) -> set[str]:
    said = provided.run(f"{LB} status --json {FILES}")
    servers = [server for proxy in json.loads(said) for server in proxy["servers"]]
    return {server["name"] for server in servers if server["status"] == "UP"}


def test_ctrl_c_in_the_middle_leaves_replicas_that_serve(provided: Provided) -> None:
    project = provided.project
    provided.compose("up", "-d", replicas=2)
    web = project.ids()["web-1"]
    with provided.started("up", "-d", replicas=6) as begun:
        until(lambda: len(project.ids()) > 4, "new replicas start", 60)
        os.killpg(begun.pid, signal.SIGINT)  # as the terminal does
        assert begun.wait(20) != 0
    with load(f"http://{project.engine.address}:8001/") as constant:
        # Docker may yet start what it was asked for, when Compose has been killed.
        until(
            lambda: len(constant.who()) == project.replicas()["web"] - 1,
            "each replica that runs serves",
            40,
        )
        provided.compose("up", "-d", replicas=6)
        constant.await_answers_of(6)

    assert constant.failed == []
    assert project.ids()["web-1"] == web


def test_the_example_of_the_readme_runs(new_project: NewProject, tmp_path: Path) -> None:
    section = README.read_text().partition("\n## With `docker compose up`\n")[2]
    commands = re.findall(r"^\$ (.+)$", section.partition("\n## ")[0], re.MULTILINE)
    folder = tmp_path / "coins"
    dcgen("sample", folder)
    project = new_project(TODAY, folder / "compose.yml", name="dockercoins")
    project.name_images()
    provided = Provided(project)

    said = [provided.run(command) for command in commands]

    assert len(commands) == 3
    assert said[-1].count(" rng ") == 4
    coins.wait_for_hashes(project, 60)


def test_two_projects_of_two_providers_on_another_host(
    new_provided: NewProvided, tmp_path: Path
) -> None:
    built(tmp_path / "web")
    one = new_provided("node1", TWO, PROVIDERS, "one", PORT="8001")
    other = new_provided("node1", TWO, PROVIDERS, "other", PORT="8002")
    engine = one.project.engine

    one.compose("up", "-d", "--build", "--wait")
    late = engine.docker("ps --quiet --filter health=starting --filter health=unhealthy")
    before = one.project.ids()
    other.compose("up", "-d", "--build")
    one.compose("up", "-d", "--wait")
    told = [fetch(f"http://{engine.address}:{port}/") for port in (8001, 8002)]
    counts = [each.project.replicas() for each in (one, other)]
    other.compose("down")

    assert late == ""
    assert told == [b"one", b"one"]
    assert counts == [{"web": 3, "back": 3, "client": 1}] * 2
    assert other.project.containers() == []
    assert one.project.ids() == before
