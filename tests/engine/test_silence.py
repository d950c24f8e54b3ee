"""A command on a host that hangs is ended, and one that only takes its time is not."""

import stat
import sys
from pathlib import Path

import pytest

from engine.hosts import Host
from engine.silence import Silence
from engine.streams import Everywhere, HostDone, HostEvent, HostLine
from tests.lab.waiting import until

GOOD, BAD = Host("tcp://good:1"), Host("tcp://bad:1")
SOURCE = """
import os, time
host = os.environ["DOCKER_HOST"]
print("on", host, flush=True)
open(os.environ["GO_ON"] + " " + host.rpartition(":")[0][6:], "w").close()
while "bad" in host or not os.path.exists(os.environ["GO_ON"]):
    time.sleep(0.02)
"""


@pytest.fixture
def go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a `docker` on PATH that ends when there is a file, which is returned; on one, never."""
    program = tmp_path / "docker"
    program.write_text(f"#!{sys.executable}\n{SOURCE}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GO_ON", str(tmp_path / "go on"))
    return tmp_path / "go on"


def codes(events: list[HostEvent]) -> dict[str, int]:
    return {str(event.host): event.code for event in events if isinstance(event, HostDone)}


def test_a_host_that_is_silent_and_does_not_answer_is_given_up_and_named(go_on: Path) -> None:
    asked: list[Host] = []

    def ask(host: Host) -> str | None:
        asked.append(host)
        until(go_on.with_name("go on bad").exists, "it has begun")
        if asked.count(GOOD) > 2:  # it was silent for long, and is not given up
            go_on.touch()
        return "no Docker daemon answers" if host == BAD else None

    events = list(Everywhere(["docker"], [BAD, GOOD], silence=Silence(ask, 0.1)).run())

    assert codes(events) == {str(BAD): 3, str(GOOD): 0}
    assert [e.text for e in events if isinstance(e, HostLine) and e.host == BAD] == [
        f"on {BAD}",
        "no Docker daemon answers: given up",
    ]
    assert asked.count(BAD) >= 2  # one answer that is late is none that is missing


def test_no_more_hosts_than_wanted_are_acted_on_at_the_same_time(go_on: Path) -> None:
    go_on.touch()
    hosts = [Host(f"tcp://good:{number}") for number in range(1, 6)]
    running, most = 0, 0
    for event in Everywhere(["docker"], hosts, parallel=2).run():
        running += {"HostStarted": 1, "HostDone": -1}.get(type(event).__name__, 0)
        most = max(most, running)

    assert most == 2


def test_hosts_that_wait_are_not_begun_after_an_interruption(go_on: Path) -> None:
    everywhere = Everywhere(["docker"], [BAD, GOOD], parallel=1)
    events = []
    for event in everywhere.run():
        events.append(event)
        if isinstance(event, HostLine):
            everywhere.stop()

    assert not go_on.exists()
    assert codes(events)[str(GOOD)] == 130
    assert codes(events)[str(BAD)] != 0


def test_a_host_can_be_told_more_than_the_others(go_on: Path, tmp_path: Path) -> None:
    go_on.touch()
    (tmp_path / "docker").write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:])\n")
    events = list(Everywhere(["docker", "up"], [BAD, GOOD], more={BAD: ["--scale", "a=2"]}).run())

    assert {e.host: e.text for e in events if isinstance(e, HostLine)} == {
        BAD: "up --scale a=2",
        GOOD: "up",
    }
