"""Ctrl-C of `up -d` on several hosts: where each stands, no lock is left, and it can go on."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dcgen.test_run import folder, put
from tests.engine.commands import DCGEN
from tests.engine.test_lock import DOCKER
from tests.lab.waiting import until

__all__ = ["folder", "put"]  # fixtures

# Beside the lock on each host, Compose: two ends when the test lets it, or as SIGINT ends it.
COMPOSE = """
import os, signal, sys, time
here = os.environ.get("DOCKER_HOST", "").rpartition("/")[2]
if sys.argv[1] == "version":
    print("28.0 1.51 linux")
    sys.exit()
if sys.argv[1] == "compose":
    if sys.argv[2] == "version":
        print("2.30.0")
        sys.exit()
    signal.signal(signal.SIGINT, lambda *_: sys.exit(int(os.environ["CODE"])))
    open(os.path.join(os.environ["STATE"], "begun " + here), "w").close()
    while here == "two:1" and not os.path.exists(os.environ["GO_ON"]):
        time.sleep(0.02)
    sys.exit()
"""
HOSTS = ("one:1", "two:1", "three:1")
UP = ("up", "-d", "--parallel", "1", *(w for one in HOSTS for w in ("--host", f"tcp://{one}")))


@pytest.fixture
def state(folder: Path, put: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    put("docker", COMPOSE + DOCKER)
    there = folder / "state"
    there.mkdir()
    monkeypatch.setenv("STATE", str(there))
    monkeypatch.setenv("GO_ON", str(folder / "go on"))
    return there


@contextmanager
def _running(*words: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([*DCGEN, *words], stdout=pipe, stderr=pipe, text=True) as popen:
        try:
            yield popen
        finally:
            popen.kill()


def _locked(state: Path) -> list[str]:
    return [name for name in HOSTS if json.loads((state / name).read_text())]


# Compose ends with 130, docker-compose 1.29 with 1.
@pytest.mark.parametrize("code", [130, 1])
def test_ctrl_c_says_where_each_host_stands_and_the_same_command_goes_on(
    state: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setenv("CODE", str(code))
    with _running(*UP) as popen:
        until((state / "begun two:1").exists, "the second host has begun", 120)
        during = _locked(state)
        popen.send_signal(signal.SIGINT)
        _, said = popen.communicate(timeout=120)
    after = _locked(state)
    begun = (state / "begun three:1").exists()
    Path(os.environ["GO_ON"]).touch()
    with _running(*UP) as again:
        _, finished = again.communicate(timeout=120)

    lines = said.splitlines()
    assert popen.returncode == 130, said
    assert lines[-4].startswith("tcp://one:1: started after ")
    assert lines[-3].startswith("tcp://two:1: interrupted after ")
    assert lines[-2] == "tcp://three:1: interrupted before it began"
    assert lines[-1] == "1 started, 2 interrupted on tcp://two:1, tcp://three:1"
    assert during == list(HOSTS)
    assert after == []
    assert not begun
    assert again.returncode == 0, finished
    assert finished.splitlines()[-1] == "3 started"
    assert _locked(state) == []
