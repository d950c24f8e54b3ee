"""One host of several is down, cut off or full, or the command that changes them is killed."""

import getpass
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from composefile import env_file
from engine.hosts import lock
from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN
from tests.e2e.report import Notebook
from tests.lab import disk, network
from tests.lab.lab import LOCAL, Lab
from tests.lab.project import Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
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
    command: ["sh", "-c", "while :; do redis-cli -h redis incr $$HOSTNAME; sleep 0.2; done"]
"""
UP = ("up", "-d", "--env-file", "redis.env")
# Its `up` goes on until somebody opens the gate.
GATED = """\
name: killed
services:
  gate:
    image: redis
    init: true
    network_mode: none
    command: sleep 600
    healthcheck: {test: "test -e /open", interval: 1s, retries: 600}
  app:
    image: redis
    init: true
    network_mode: none
    command: sleep 600
    depends_on: {gate: {condition: service_healthy}}
"""
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
IN_ANOTHER = 'hostname elsewhere && exec "$@"'


@dataclass(frozen=True, slots=True)
class Hosts:
    """A person in *folder*, who names the hosts of *lab* by a list."""

    lab: Lab
    folder: Path

    @classmethod
    def listed(cls, lab: Lab, folder: Path, source: str) -> "Hosts":
        """Write the list of hosts, and *source* as the Compose file."""
        lines = [f"  {node}: {lab.engine(node).url}\n" for node in NODES]
        (folder / "hosts.yml").write_text("".join(["hosts:\n", *lines]))
        (folder / "compose.yml").write_text(source)
        return cls(lab, folder)

    def command(self, *words: str) -> list[str]:
        """Return ``dcgen`` with *words* on those hosts."""
        return [str(DCGEN), *words, "--hosts", "hosts.yml"]

    def run(self, *words: str, elsewhere: bool = False) -> subprocess.CompletedProcess[str]:
        """Return how ``dcgen`` with *words* ended; *elsewhere*: on a machine of another name."""
        apart = ("unshare", "--uts", "sh", "-c", IN_ANOTHER, "sh") if elsewhere else ()
        return subprocess.run(
            [*apart, *self.command(*words)],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environment(),
            text=True,
            timeout=120,
        )

    def environment(self) -> Mapping[str, str]:
        """Return the variables of that person: the Docker of this machine is the lab's."""
        return self.lab.engine(LOCAL).env

    def does(self, *words: str, elsewhere: bool = False) -> str:
        """Return what it says on standard error, after it has ended well."""
        ended = self.run(*words, elsewhere=elsewhere)
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return ended.stderr

    def fails(self, *words: str, last: str = "") -> str:
        """Return what it says, after it has ended as it does where a host fails, with *last*."""
        ended = self.run(*words)
        said = ended.stdout + ended.stderr
        assert ended.returncode == 3, said
        assert last in ["", *ended.stderr.splitlines()], said
        return said

    def left(self, project: str) -> list[str]:
        """Return the containers of *project* that any host has, those of its lock, too."""
        labels = (f"com.docker.compose.project={project}", f"{lock.OF_PROJECT}={project}")
        asked = [(self.lab.engine(node), label) for node in NODES for label in labels]
        return " ".join(host.docker(f"ps -aqf label={label}") for host, label in asked).split()

    @contextmanager
    def down(self, node: str) -> Iterator[None]:
        """Have the host *node* without power during the block."""
        self.lab.crash(node)
        try:
            yield
        finally:
            self.lab.start(node)

    @contextmanager
    def cut_off(self, node: str) -> Iterator[None]:
        """Have the host *node* lose every packet from and to us during the block."""
        ours = [network.our_address(self.lab.state.subnet)]
        network.drop(self.lab.state.id, node, ours)
        try:
            yield
        finally:
            network.pass_again(self.lab.state.id, node, ours)


def test_with_a_host_lost_each_command_does_the_rest_and_when_it_is_back_all(
    lab: Lab, new_project: NewProject, tmp_path: Path, notebook: Notebook
) -> None:
    hosts = Hosts.listed(lab, tmp_path, SHARED)
    new_project("node1", tmp_path / "redis.yml", name="lost-redis")
    on = {node: new_project(node, tmp_path / "generated.yml", name="lost") for node in NODES}

    with hosts.down("node1"):
        refused = [
            hosts.fails("detach", "redis", "--host", "node1"),
            hosts.fails("ambassador", "--redis", "node1:"),
        ]
    hosts.does("detach", "redis", "--host", "node1")
    hosts.does("ambassador", "--redis", "node1:")
    counting = _keys(lab, env_file.read(tmp_path / "redis.env", {})["REDIS_PASSWORD"])
    with hosts.down("node3"):
        hosts.fails(*UP, last="2 started, 1 failed on node3")
        hosts.fails(*UP, "--scale", "worker=2", last="2 started, 1 failed on node3")
        table = hosts.fails("ps", last="failed on node3")
        before = _workers(on, "node1", "node2")
        until(lambda: counting() == before, "two workers on each of two hosts count")
    again = hosts.does(*UP, "--scale", "worker=2")
    after = _workers(on, *NODES)
    until(lambda: counting() == after, "two workers on each of three hosts count")
    on_node2 = _workers(on, "node2")
    with hosts.cut_off("node2"):
        notebook.timed(
            "`down` on three hosts, one of them cut off",
            lambda: hosts.fails("down", last="2 removed, 1 failed on node2"),
        )
    kept = _workers(on, *NODES)
    removed = hosts.does("down")
    hosts.does("down", "-f", "redis.yml", "--host", "node1")

    assert all("'node1'" in said and "fix: " in said for said in refused)
    assert sorted(re.findall(r"worker +(node\d)", table)) == ["node1", "node1", "node2", "node2"]
    assert (len(before), len(after), len(after - before)) == (4, 6, 2)
    assert {"3 started", "3 removed"} <= {*again.splitlines(), *removed.splitlines()}
    assert kept == on_node2
    assert hosts.left("lost") == hosts.left("lost-redis") == []


def _workers(on: Mapping[str, Project], *nodes: str) -> set[str]:
    """Return the workers that run on *nodes*, by the name that each has inside."""
    found = [one for node in nodes for one in on[node].containers()]
    return {one.id[:12] for one in found if one.service == "worker" and one.running}


def _keys(lab: Lab, password: str) -> Callable[[], set[str]]:
    """Return a function that returns the keys in the Redis of node1."""
    address = lab.engine("node1").address
    client = redis.Redis(address, 6379, password=password, decode_responses=True)
    return lambda: set(map(str, client.keys()))


def test_what_a_killed_command_locked_is_told_on_another_machine_and_taken_by_force(
    lab: Lab, new_project: NewProject, tmp_path: Path
) -> None:
    hosts = Hosts.listed(lab, tmp_path, GATED)
    both = ("--host", "node1", "--host", "node2")
    on = [new_project(node, tmp_path / "compose.yml", name="killed") for node in NODES[:2]]
    command = hosts.command("up", "-d", *both)
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=hosts.environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as popen:
        until(lambda: [one.replicas()["gate"] for one in on] == [1, 1], "both wait at the gate")
        os.killpg(popen.pid, signal.SIGKILL)

    refused = hosts.run("up", "-d", *both, elsewhere=True)
    shown = hosts.run("hosts", "unlock", "killed", *both, elsewhere=True)
    taken = hosts.run("hosts", "unlock", "killed", "--force", *both, elsewhere=True)
    for one in on:
        (gate,) = (found.id for found in one.containers() if found.service == "gate")
        one.engine.docker("exec", gate, "touch", "/open")
    done = hosts.does("up", "-d", *both, elsewhere=True)
    hosts.does("down", *both)

    whose = f"changed by {getpass.getuser()}@{socket.gethostname()} (process {popen.pid}) since "
    assert refused.returncode == 3, refused.stderr
    assert f"project 'killed' on 'node1' is being {whose}" in refused.stderr
    assert "fix: wait; if it was killed: dcgen hosts unlock killed --force" in refused.stderr
    assert shown.returncode == 1, shown.stderr
    assert all(f"{node}: {whose}" in shown.stdout for node in NODES[:2])
    assert taken.returncode == 0, taken.stderr
    assert all(f"{node}: unlocked; it was {whose}" in taken.stdout for node in NODES[:2])
    assert "2 started" in done.splitlines()
    assert hosts.left("killed") == []


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
