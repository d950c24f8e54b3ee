"""One host of several is down, cut off or full: the others are done, and a second run the rest."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from composefile import env_file
from tests.e2e.conftest import NewProject
from tests.e2e.listed_hosts import NODES, Hosts, of_readme
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab import disk
from tests.lab.bundle import archive
from tests.lab.lab import LOCAL, Lab
from tests.lab.project import Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

FIVE = (*NODES, "node4", "node5")
# Each worker counts for itself, in one Redis for all: its keys are the workers that reach it.
SHARED = """\
name: lost
services:
  redis:
    image: redis
  worker:
    image: redis
    init: true
    environment:
      REDISCLI_AUTH: "${REDIS_PASSWORD-}"
    command: ["sh", "-c", "while :; do redis-cli -h redis -r 9 -i 1 incr $$HOSTNAME; sleep 1; done"]
"""
UP = ("up", "-d", "--env-file", "redis.env")
# An image of data alone: what it runs is what `init` puts into the container.
DATA_BYTES = 2_000_000
LARGE = """\
name: full
services:
  web:
    build: web
    init: true
    network_mode: none
    command: /sbin/docker-init --version
"""


def test_with_a_host_lost_each_command_does_the_rest_and_when_it_is_back_all(
    lab: Lab, new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    hosts = Hosts.listed(lab, tmp_path, SHARED)
    new_project("node1", tmp_path / "redis.yml", name="lost-redis")
    on = {node: new_project(node, tmp_path / "generated.yml", name="lost") for node in NODES}
    detach, ambassador, up, top, down, down_redis = of_readme()

    with hosts.lab.without_power("node1"):
        refused = [hosts.fails(*detach), hosts.fails(*ambassador)]
    hosts.does(*detach)
    hosts.does(*ambassador)
    counting = _keys(lab, env_file.read(tmp_path / "redis.env", {})["REDIS_PASSWORD"])
    with hosts.lab.without_power("node3"):
        hosts.fails(*UP, last="2 started, 1 failed on node3")
        hosts.fails(*UP, "--scale", "worker=2", last="2 started, 1 failed on node3")
        table = hosts.fails("ps", last="failed on node3")
        before = _workers(on, "node1", "node2")
        until(lambda: counting() == before, "two workers on each of two hosts count")
    again = notebook.timed("README: `up` on three hosts", lambda: hosts.does(*up))
    after = _workers(on, *NODES)
    until(lambda: counting() == after, "ten workers on each of three hosts count in one Redis")
    hosts.looks(*top, sees="worker 30/30")
    on_node2 = _workers(on, "node2")
    with hosts.cut_off("node2"):
        notebook.timed(
            "`down` on three hosts, one of them cut off",
            lambda: hosts.fails(*down, last="2 removed, 1 failed on node2"),
        )
    kept = _workers(on, *NODES)
    removed = hosts.does(*down)
    hosts.does(*down_redis)

    assert all("'node1'" in said and "fix: " in said for said in refused)
    assert sorted(re.findall(r"worker +(node\d)", table)) == ["node1", "node1", "node2", "node2"]
    assert [len(one) for one in (before, after, after - before)] == [4, 30, 26]
    assert {"3 started", "3 removed"} <= {*again.splitlines(), *removed.splitlines()}
    assert (kept, hosts.left("lost"), hosts.left("lost-redis")) == (on_node2, [], [])


@repetition
def test_the_example_of_the_readme_runs_on_five_hosts(
    lab: Lab, new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    lab.add_hosts(FIVE[3:])
    lab.load(archive(), *FIVE[3:])
    hosts = Hosts.listed(lab, tmp_path, SHARED, FIVE)
    new_project("node1", tmp_path / "redis.yml", name="lost-redis")
    on = {node: new_project(node, tmp_path / "generated.yml", name="lost") for node in FIVE}
    detach, ambassador, up, top, down, down_redis = of_readme()

    hosts.does(*detach)
    hosts.does(*ambassador)
    counting = _keys(lab, env_file.read(tmp_path / "redis.env", {})["REDIS_PASSWORD"])
    started = notebook.timed("README: `up` on five hosts", lambda: hosts.does(*up))
    workers = _workers(on, *FIVE)
    until(lambda: counting() == workers, "all workers count in one Redis")
    hosts.looks(*top, sees="worker 50/50")
    removed = notebook.timed("README: `down` on five hosts", lambda: hosts.does(*down))
    hosts.does(*down_redis)

    assert len(workers) == 50  # as many as README has on each
    assert {"5 started", "5 removed"} <= {*started.splitlines(), *removed.splitlines()}


def _workers(on: Mapping[str, Project], *nodes: str) -> set[str]:
    """Return the workers that run on *nodes*, by the name that each has inside."""
    found = [one for node in nodes for one in on[node].containers()]
    return {one.id[:12] for one in found if one.service == "worker" and one.running}


def _keys(lab: Lab, password: str) -> Callable[[], set[str]]:
    """Return a function that returns the keys in the Redis of node1."""
    address = lab.engine("node1").address
    client = redis.Redis(address, 6379, password=password, decode_responses=True)
    return lambda: set(map(str, client.keys()))


def test_a_full_disk_is_named_with_what_to_do_while_the_other_host_is_done(
    lab: Lab, tmp_path: Path, cleanup: ExitStack
) -> None:
    hosts = Hosts.listed(lab, tmp_path, LARGE)
    _write_data(tmp_path / "web")
    both = ("--host", "node1", "--host", "node3")
    send = ("ship", "--direct", "--tag", "1", *both)
    run = ("up", "-d", "-f", "shipped.yml", *both)
    full = "the disk of 'node3' is full"
    fix = "fix: free space there, as by `docker image prune`"
    for name in (LOCAL, "node1"):
        cleanup.callback(lab.engine(name).docker, "rmi --force localhost/full/web:1")
    with lab.small_disk("node3", 96) as data:
        disk.fill(data, DATA_BYTES // 2)
        unsent = hosts.fails(*send, last="failed on node3")
        disk.clear(data)
        sent = hosts.does(*send)
        disk.fill(data)
        unstarted = hosts.fails(*run, last="1 started, 1 failed on node3")
        there = hosts.left("full")
        disk.clear(data)
        started = hosts.does(*run)
        removed = hosts.does("down", "-f", "shipped.yml", *both)
        left = hosts.left("full")

    assert f"node3: {full}: localhost/full/web:1 was not loaded" in unsent
    assert "node1: web:1: " in unsent
    assert fix in unsent
    assert "node1: web:1: is there" in sent
    assert f"node3 | {full}" in unstarted
    assert f"node3 | {fix}" in unstarted
    assert len(there) == 1
    assert {"2 started", "2 removed"} <= {*started.splitlines(), *removed.splitlines()}
    assert left == []


def _write_data(folder: Path) -> None:
    """Write the build context of an image of `DATA_BYTES`."""
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY data /\n")
    (folder / "data").write_bytes(os.urandom(DATA_BYTES))
