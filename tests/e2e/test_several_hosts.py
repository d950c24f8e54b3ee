"""What is done to a variant that runs on three hosts: in one container, at once, host by host."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from tests.e2e.door import DCGEN
from tests.e2e.live import TINY, made
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.lab import packages
from tests.lab.engine import Engine
from tests.lab.lab import Lab

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
OTHERS = ("node1", "node3")  # than the one where something happens
PROJECT = "several"
# An image of its own, so that one host can be given another one under the same name.
IMAGE = "several-web:1"
STORE = """\
  store:
    image: redis
    volumes:
      - kept:/data
volumes:
  kept:
networks:"""
SOURCE = f"name: {PROJECT}\n" + TINY.replace("image: haproxy:3.0", f"image: {IMAGE}").replace(
    "networks:", STORE
)
REPLICAS = {"web1"}


@dataclass(frozen=True, slots=True)
class One:
    """A container: its id, whether it runs, and since when."""

    id: str
    running: bool
    since: str


@dataclass(frozen=True, slots=True)
class Several:
    """The variant of *file*, on all *engines*, which *hosts* lists by name."""

    file: Path
    hosts: Path
    engines: Mapping[str, Engine]

    def run(self, verb: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Return how ``dcgen`` *verb* ended, given the file and the list of hosts, then *words*."""
        environment = {**os.environ, "DOCKER_CONFIG": str(packages.tools())}
        return subprocess.run(
            [DCGEN, verb, "-f", self.file, "--hosts", self.hosts, *words],
            capture_output=True,
            check=False,
            env=environment,
            input=stdin,
            text=True,
            timeout=120,
        )

    def does(self, verb: str, *words: str) -> str:
        """Return what it prints, after it has ended well."""
        ended = self.run(verb, *words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def on(self, node: str) -> dict[str, One]:
        """Return the containers on *node* by service; replicas of a variant are services."""
        docker = self.engines[node].docker
        ids = docker(f"ps -aq --filter label=com.docker.compose.project={PROJECT}").split()
        found = json.loads(docker("inspect", *ids)) if ids else []
        return {
            one["Config"]["Labels"]["com.docker.compose.service"]: One(
                one["Id"], one["State"]["Running"], one["State"]["StartedAt"]
            )
            for one in found
        }

    def everywhere(self) -> dict[str, dict[str, One]]:
        """Return `on` of each host."""
        return {node: self.on(node) for node in self.engines}

    def url(self, node: str) -> str:
        """Return where the balancer on *node* is published."""
        return f"http://{self.engines[node].address}:8001/"


@pytest.fixture(scope="module")
def several(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    """Give a balancer before one replica, and a store with a volume, on each of three hosts."""
    folder = tmp_path_factory.mktemp("several")
    engines = {node: lab.engine(node) for node in NODES}
    hosts = folder / "hosts.yml"
    lines = [f"  {node}: {engine.url}\n" for node, engine in engines.items()]
    hosts.write_text("".join(["hosts:\n", *lines]))
    found = Several(made(folder / "generated.yml", SOURCE, "scale", "web", "1"), hosts, engines)
    with ExitStack() as cleanup:
        for engine in engines.values():
            engine.docker(f"tag haproxy:3.0 {IMAGE}")
            cleanup.callback(engine.docker, f"rmi --force {IMAGE}")
            cleanup.callback(engine.docker, f"volume rm --force {PROJECT}_kept")
        cleanup.callback(found.does, "down")
        found.does("up", "-d")
        yield found


def test_exec_runs_on_the_host_that_is_named_and_nowhere_else(several: Several) -> None:
    ids = {node: several.on(node)["store"].id for node in NODES}
    said = {node: several.does("exec", f"{node}:store", "hostname").strip() for node in NODES}
    by_replica = several.does("exec", "node2:web1", "hostname").strip()
    script = "read line; echo $line > /tmp/told; echo $line; exit 7"
    ended = several.run("exec", "node2:store", "sh", "-c", script, stdin="hello\n")
    told = {
        node: several.run("exec", f"{node}:store", "test", "-e", "/tmp/told").returncode
        for node in NODES
    }
    unnamed = several.run("exec", "store", "hostname")
    unknown = several.run("exec", "node4:store", "hostname")

    assert said == {node: one[:12] for node, one in ids.items()}
    assert by_replica == several.on("node2")["web1"].id[:12]
    assert (ended.returncode, ended.stdout) == (7, "hello\n")
    assert told == {"node1": 1, "node2": 0, "node3": 1}
    assert unnamed.returncode == unknown.returncode == 2
    assert "name it: node1:store" in unnamed.stderr
    assert "'node4' is none of the hosts" in unknown.stderr


def test_restart_restarts_a_service_on_all_hosts_and_no_other(several: Several) -> None:
    before = several.everywhere()
    several.does("restart", "store")
    after = several.everywhere()
    several.does("restart", "web")
    last = several.everywhere()

    for node in NODES:
        assert _again(before[node], after[node]) == {"store"}
        assert _again(after[node], last[node]) == {"web", *REPLICAS}


def _again(before: Mapping[str, One], after: Mapping[str, One]) -> set[str]:
    # The services whose container is the same, and has been started once more.
    assert {name: one.id for name, one in before.items()} == {n: o.id for n, o in after.items()}
    assert all(one.running for one in after.values())
    return {name for name in after if after[name].since != before[name].since}


def test_a_rollout_goes_from_host_to_host_ends_where_it_fails_and_fails_no_request(
    several: Several, notebook: Notebook
) -> None:
    node2, before = several.engines["node2"], several.everywhere()
    with ExitStack() as loads:
        constants = [loads.enter_context(load(several.url(node), 2)) for node in NODES]
        node2.docker(f"tag redis {IMAGE}")
        failed = several.run("rollout", "web", "--healthy-deadline", "5")
        middle = several.everywhere()
        node2.docker(f"tag haproxy:3.0 {IMAGE}")
        rest = several.does("rollout", "web", "--json", "--host", "node2", "--host", "node3")
        answering = [constant.who() for constant in constants]
    after = several.everywhere()
    for node, constant in zip(NODES, constants, strict=True):
        notebook.note(f"rollout of three hosts, asked on {node}", constant.verdict, "0 failed")

    assert failed.returncode == 1, failed.stderr
    assert "new on node1; old on node2, node3\n" in failed.stderr
    assert "the same command with --host node2 --host node3" in failed.stderr
    assert [_made_anew(before[node], middle[node]) for node in NODES] == [REPLICAS, set(), set()]
    assert [_made_anew(middle[node], after[node]) for node in NODES] == [set(), REPLICAS, REPLICAS]
    assert [host for host, _ in groupby(one["host"] for one in json.loads(rest))] == [
        "node2",
        "node3",
    ]
    assert [constant.failed for constant in constants] == [[], [], []]
    for node, who in zip(NODES, answering, strict=True):
        assert who == {after[node][name].id[:12] for name in REPLICAS}


def _made_anew(before: Mapping[str, One], after: Mapping[str, One]) -> set[str]:
    # The services with another container; all that is kept has not been touched.
    assert before.keys() == after.keys()
    return {name for name in after if after[name] != before[name]}


def test_drain_names_the_volumes_and_takes_one_host_off_while_the_others_serve(
    several: Several,
) -> None:
    before = several.everywhere()
    several.does("exec", "node2:store", "sh", "-c", "echo mine > /data/note")
    with ExitStack() as loads:
        constants = [loads.enter_context(load(several.url(node), 2)) for node in OTHERS]
        refused = several.run("drain", "node2")
        untouched = several.everywhere()
        drained = several.run("drain", "node2", "--yes")
        for constant in constants:
            constant.more(50)
    after = several.everywhere()
    stopped = several.run("exec", "node2:store", "true")
    several.does("up", "-d", "--host", "node2")

    assert refused.returncode == 2
    assert f"  {PROJECT}-store-1: volume {PROJECT}_kept (/data)\n" in refused.stderr
    assert untouched == before
    assert drained.returncode == 0, drained.stderr
    assert "node2: 3 containers stopped; other hosts were not changed\n" in drained.stderr
    assert "web1: draining" in drained.stderr
    assert [one.running for one in after["node2"].values()] == [False] * 3
    assert [after[node] for node in OTHERS] == [before[node] for node in OTHERS]
    assert [constant.failed for constant in constants] == [[], []]
    assert "no container of 'store' runs on 'node2'" in stopped.stderr
    assert several.does("exec", "node2:store", "cat", "/data/note") == "mine\n"
