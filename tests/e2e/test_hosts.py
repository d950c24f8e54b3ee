"""What `dcgen hosts` says of real Engines, and the lock on a project that two people change."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.hosts import Host, lock
from faults import HostError
from tests.e2e.door import DCGEN, dcgen
from tests.lab import packages
from tests.lab.lab import Lab
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

FILE = """\
name: {name}
services:
  one: {{image: redis, command: sleep 600, network_mode: none, init: true}}
"""
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture
def nodes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Host]]:
    monkeypatch.setenv("DOCKER_CONFIG", str(packages.tools()))
    yield [Host(lab.engine(name).url) for name in ("node1", "node2")]
    for name in ("node1", "node2"):
        ids = lab.engine(name).docker("ps -aq --filter label=dcgen.lock").split()
        for one in ids:
            lab.engine(name).docker(f"rm --force --volumes {one}")


def _words(*hosts: Host) -> list[str]:
    return [word for host in hosts for word in ("--host", str(host))]


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DCGEN, *words], capture_output=True, text=True, check=False)


def test_hosts_are_described_and_one_that_is_down_does_not_hide_them(
    lab: Lab, nodes: list[Host]
) -> None:
    ended = _run("hosts", "--json", *_words(*nodes, Host(NOBODY)))
    found = {one["host"]: one for one in json.loads(ended.stdout)}
    node1 = found[str(nodes[0])]
    told = lab.engine("node1").docker(
        "version --format '{{.Server.Version}} {{.Server.APIVersion}}'"
    )

    assert ended.returncode == 3
    assert [one["reached"] for one in found.values()] == [True, True, False]
    assert [node1["engine"], node1["api"]] == told.split()
    assert abs(node1["clock_s"]) <= node1["clock_within_s"]  # it is the same clock
    assert node1["encrypted"] is False


def test_of_two_who_change_a_project_one_is_refused_and_nothing_is_left(
    lab: Lab, nodes: list[Host], tmp_path: Path, cleanup: ExitStack
) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(FILE.format(name="locked"))
    cleanup.callback(dcgen, "down", "-f", file, *_words(*nodes))
    with lock.locked(nodes[1:], "locked"):
        refused = _run("up", "-d", "-f", file, *_words(*nodes))
        shown = _run("hosts", "unlock", "locked", *_words(*nodes))
        other = _run("hosts", "--json", *_words(nodes[1]))
    there = [
        lab.engine(name).docker("ps -aq --filter label=dcgen.lock") for name in ("node1", "node2")
    ]
    done = _run("up", "-d", "-f", file, *_words(*nodes))

    assert refused.returncode == 3
    assert f"project 'locked' on '{nodes[1]}' is being changed by " in refused.stderr
    assert f"(process {os.getpid()})" in refused.stderr
    assert shown.returncode == 1
    assert [line.partition(": ")[2][:10] for line in shown.stdout.splitlines()] == [
        "not locked",
        "changed by",
    ]
    assert f"(process {os.getpid()})" in json.loads(other.stdout)[0]["projects"][0]["locked_by"]
    assert there == ["", ""]
    assert done.returncode == 0, done.stderr


def test_a_lock_is_given_back_after_ctrl_c_and_taken_away_from_what_was_killed(
    lab: Lab,
    nodes: list[Host],
    tmp_path: Path,
    cleanup: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "compose.yml"
    # Ends late, so that `down` holds its lock until then.
    file.write_text(FILE.format(name="slow").replace("init: true", "stop_grace_period: 100s"))
    cleanup.callback(lab.engine("node1").docker, "rm --force slow-one-1")
    for number in (signal.SIGINT, signal.SIGKILL):
        dcgen("up", "-d", "-f", file, *_words(nodes[0]))
        with subprocess.Popen(
            [DCGEN, "down", "-f", file, *_words(nodes[0])], start_new_session=True
        ) as popen:
            until(lambda: lock.holder(nodes[0], "slow"), "it holds the lock", 60)
            os.killpg(popen.pid, number)
        held = lock.holder(nodes[0], "slow")

        assert (held is None) == (number == signal.SIGINT)

    # Somebody on another machine has to say so; here the process is known to be gone.
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(lock, "_boot", lambda: "of another machine")
        with pytest.raises(HostError, match="is being changed by"), lock.locked(nodes[:1], "slow"):
            pass
    with lock.locked([nodes[0]], "slow"):
        ours = lock.holder(nodes[0], "slow")
    assert ours is not None
    assert ours.owner.endswith(f"(process {os.getpid()})")
    lab.engine("node1").docker(
        "create --name dcgen-lock-slow --label dcgen.lock=me --label",
        f"{lock.OF_PROJECT}=slow",
        *("--label", "dcgen.lock.time=now", "haproxy:3.0", "true"),
    )

    taken = _run("hosts", "unlock", "slow", "--force", *_words(nodes[0]))
    assert (taken.returncode, lock.holder(nodes[0], "slow")) == (0, None)


def test_an_engine_without_any_image_can_be_locked(lab: Lab, nodes: list[Host]) -> None:
    node1 = lab.engine("node1")
    name = lock._empty(nodes[0])
    node1.docker(
        f"create --name dcgen-lock-x --label dcgen.lock=me --label {lock.OF_PROJECT}=x {name} true"
    )
    found = lock.holder(nodes[0], "x")

    assert found is not None
    with pytest.raises(HostError, match="is being changed by me"), lock.locked([nodes[0]], "x"):
        pass
    lock.remove(nodes[0], found)
    node1.docker(f"rmi {name}")
