"""A command that changes several hosts is interrupted, or killed: what it leaves, and for whom."""

import getpass
import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.listed_hosts import NODES, Hosts
from tests.lab.lab import Lab
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

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
BOTH = ("--host", "node1", "--host", "node2")


def test_ctrl_c_says_where_each_host_stands_and_leaves_no_lock(
    lab: Lab, new_project: NewProject, tmp_path: Path
) -> None:
    hosts = Hosts.listed(lab, tmp_path, GATED)
    on = [new_project(node, tmp_path / "compose.yml", name="killed") for node in NODES[:2]]
    with hosts.begun("up", "-d", "--parallel", "1", *BOTH) as popen:
        until(lambda: on[0].replicas()["gate"] == 1, "the first waits at the gate")
        popen.send_signal(signal.SIGINT)
        _, said = popen.communicate(timeout=60)
    unlocked = hosts.run("hosts", "unlock", "killed", *BOTH)

    assert popen.returncode == 130, said
    assert "node1: interrupted after " in said
    assert "node2: interrupted before it began\n2 interrupted on node1, node2\n" in said
    assert unlocked.stdout == "node1: not locked\nnode2: not locked\n"


def test_what_a_killed_command_locked_is_told_on_another_machine_and_taken_by_force(
    lab: Lab, new_project: NewProject, tmp_path: Path
) -> None:
    hosts = Hosts.listed(lab, tmp_path, GATED)
    on = [new_project(node, tmp_path / "compose.yml", name="killed") for node in NODES[:2]]
    with hosts.begun("up", "-d", *BOTH) as popen:
        until(lambda: [one.replicas()["gate"] for one in on] == [1, 1], "both wait at the gate")

    refused = hosts.run("up", "-d", *BOTH, elsewhere=True)
    shown = hosts.run("hosts", "unlock", "killed", *BOTH, elsewhere=True)
    taken = hosts.run("hosts", "unlock", "killed", "--force", *BOTH, elsewhere=True)
    for one in on:
        (gate,) = (found.id for found in one.containers() if found.service == "gate")
        one.engine.docker("exec", gate, "touch", "/open")
    done = hosts.does("up", "-d", *BOTH, elsewhere=True)
    hosts.does("down", *BOTH)

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
