"""The lock on a project: whose it is, and when it is taken over; `docker` on PATH keeps a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.hosts import Host, lock
from faults import HostError

# The containers of each host are in a file of its own: name to labels, of which one is the id.
DOCKER = r"""
import json
from pathlib import Path
words = sys.argv[1:]
host = os.environ["DOCKER_HOST"]
file = Path(os.environ["STATE"], host.rpartition("/")[2])
there = json.loads(file.read_text()) if file.exists() else {}
given = dict(zip(words, words[1:]))
if words[0] == "images":
    print("f00d haproxy")
elif words[0] == "create" and "full" in host:
    sys.exit("Error response from daemon: mkdir /var/lib/docker/x: no space left on device")
elif words[0] == "create" and given["--name"] in there:
    sys.exit(f"Conflict. The container name \"/{given['--name']}\" is already in use")
elif words[0] == "create":
    labels = [words[at + 1] for at, word in enumerate(words) if word == "--label"]
    known = dict(label.split("=", 1) for label in labels)
    there[given["--name"]] = {**known, "id": os.urandom(6).hex()}
elif words[0] == "ps":
    wanted = [word.split("=", 2)[2].split("=", 1) for word in words if word.startswith("--filter")]
    form = words[-1]
    for labels in there.values():
        if all(labels.get(name) == value for name, value in wanted):
            if ".Label" in form:
                print(labels["id"], labels["dcgen.lock"], labels["dcgen.lock.time"], sep="\t")
            else:
                print(labels["id"], "f00d")
elif words[0] == "rm":
    there = {name: labels for name, labels in there.items() if labels["id"] != words[-1]}
file.write_text(json.dumps(there))
"""
TAKES = """
import os, signal
from engine.hosts import Host, lock
with lock.locked([Host("tcp://one"), Host("tcp://two")], "shop"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
HOSTS = [Host("tcp://one"), Host("tcp://two")]
Put = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def state(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    put("docker", DOCKER)
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("STATE", str(folder))
    return folder


def _locks(state: Path, host: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((state / host).read_text())
    return found


def _changed(state: Path, **labels: str) -> None:
    for host in ("one", "two"):
        there = _locks(state, host)
        there["dcgen-lock-shop"] |= {name.replace("_", "."): labels[name] for name in labels}
        (state / host).write_text(json.dumps(there))


@pytest.fixture
def killed(state: Path) -> int:
    """Leave the lock of a command that was killed on both hosts; return its process number."""
    folder = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", TAKES], cwd=folder) as popen:
        assert popen.wait() == -signal.SIGKILL
    assert all(_locks(state, host) for host in ("one", "two"))
    return popen.pid


def _is_refused() -> str:
    with pytest.raises(HostError) as refused, lock.locked(HOSTS, "shop"):
        pass
    return str(refused.value)


def test_it_is_held_on_all_hosts_and_given_back(state: Path) -> None:
    with lock.locked(HOSTS, "shop"):
        held = [list(_locks(state, host)) for host in ("one", "two")]

    assert held == [["dcgen-lock-shop"]] * 2
    assert [_locks(state, host) for host in ("one", "two")] == [{}, {}]


@pytest.mark.usefixtures("killed")
def test_what_a_killed_command_of_this_machine_left_is_taken_over(state: Path) -> None:
    with lock.locked(HOSTS, "shop"):
        found = lock.holder(HOSTS[1], "shop")

    assert found is not None
    assert found.owner.endswith(f"(process {os.getpid()})")
    assert _locks(state, "one") == {}


def test_one_that_another_process_has_the_number_of_is_not_taken_over(
    state: Path, killed: int
) -> None:
    owner = _locks(state, "one")["dcgen-lock-shop"]["dcgen.lock"]
    again = owner.replace(f"(process {killed})", f"(process {os.getppid()})")
    _changed(state, dcgen_lock=again)
    said = _is_refused()

    assert f"project 'shop' on 'tcp://one' is being changed by {again} since 20" in said
    assert "fix: wait; if it was killed: dcgen hosts unlock shop --force" in said
    assert all(_locks(state, host) for host in ("one", "two"))


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        pytest.param("another", None, id="another boot, or other processes"),
        pytest.param("", None, id="its boot is not known"),
        pytest.param(None, "", id="ours is not known"),
        pytest.param("", "", id="neither is known"),
    ],
)
def test_one_whose_process_number_may_mean_another_process_is_not_taken_over(
    theirs: str | None, ours: str | None, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theirs is not None:
        _changed(state, dcgen_lock_boot=theirs)
    if ours is not None:
        monkeypatch.setattr(lock, "_boot", lambda: ours)

    assert "is being changed by" in _is_refused()


def test_one_of_another_machine_is_taken_away_by_force(
    state: Path, killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_whose", lambda: "ann@elsewhere")
    said = _is_refused()
    for host in HOSTS:
        found = lock.holder(host, "shop")
        assert found is not None
        lock.remove(host, found)
    with lock.locked(HOSTS, "shop"):
        pass

    assert f"(process {killed})" in said
    assert [_locks(state, host) for host in ("one", "two")] == [{}, {}]


def test_a_host_whose_disk_is_full_keeps_no_other_from_being_locked(state: Path) -> None:
    with lock.locked([Host("tcp://full"), HOSTS[1]], "shop"):
        held = list(_locks(state, "two"))

    assert held == ["dcgen-lock-shop"]
    assert _locks(state, "two") == {}
