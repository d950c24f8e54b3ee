"""A command reaches the daemon of its host; a `docker` on PATH stands in for Docker."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import streams
from engine.child import Child
from engine.hosts import DEFAULT_HOST, Host
from engine.streams import Everywhere, Following, HostDone, HostLine
from faults import HostError, UsageError
from tests.lab.waiting import until

Put = Callable[[str, str], None]


def test_an_empty_address_is_refused() -> None:
    with pytest.raises(UsageError, match="the address of a Docker host is empty"):
        Host("")


@pytest.mark.parametrize(
    ("host", "variable", "expected"),
    [
        pytest.param(DEFAULT_HOST, "", False, id="the default one"),
        pytest.param(DEFAULT_HOST, "tcp://192.0.2.7:2375", True, id="the one of DOCKER_HOST"),
        pytest.param(Host("ssh://node2"), "", True, id="by ssh"),
        pytest.param(Host("unix:///run/docker.sock"), "tcp://192.0.2.7:2375", False, id="a socket"),
    ],
)
def test_a_host_is_another_machine_by_its_address(
    host: Host, variable: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", variable)

    assert host.is_remote is expected


def test_a_called_command_tells_how_it_ended(put: Put) -> None:
    put("docker", "print(sys.stdin.read(), end='')\nsys.stderr.write('no')\nsys.exit(4)")
    ended = DEFAULT_HOST.call(["docker"], "asked")

    assert (ended.code, ended.out, ended.err) == (4, "asked", "no")


def test_a_called_command_that_does_not_end_in_time_has_no_code(put: Put) -> None:
    put("docker", "time.sleep(600)")

    assert DEFAULT_HOST.call(["docker"], within_s=0.2).code is None


@pytest.mark.usefixtures("put")
def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(HostError, match="there is no 'docker' on PATH"):
        DEFAULT_HOST.call(["docker"])
    with pytest.raises(HostError, match="there is no 'docker' on PATH"):
        list(Everywhere(["docker"], [Host("one"), Host("two")]).run())


def test_a_host_reaches_docker_as_docker_host(put: Put, tmp_path: Path) -> None:
    put("docker", f"open({str(tmp_path / 'out')!r}, 'w').write(os.environ['DOCKER_HOST'])")

    assert Host("tcp://192.0.2.1:2375").attach(["docker"]) == 0
    assert (tmp_path / "out").read_text() == "tcp://192.0.2.1:2375"


def test_standard_input_is_handed_on(put: Put, tmp_path: Path) -> None:
    put("docker", f"open({str(tmp_path / 'out')!r}, 'w').write(sys.stdin.read())")

    assert Host().attach(["docker"], text="services: {}\n") == 0
    assert (tmp_path / "out").read_text() == "services: {}\n"


def test_a_host_that_fails_does_not_hide_the_others(put: Put) -> None:
    put(
        "docker",
        "host = os.environ['DOCKER_HOST']\nprint('on', host)\nsys.exit(7 if 'bad' in host else 0)",
    )
    events = list(Everywhere(["docker", "up"], [Host("tcp://good"), Host("tcp://bad")]).run())

    assert {(str(e.host), e.text) for e in events if isinstance(e, HostLine)} == {
        ("tcp://good", "on tcp://good"),
        ("tcp://bad", "on tcp://bad"),
    }
    assert {(str(e.host), e.code) for e in events if isinstance(e, HostDone)} == {
        ("tcp://good", 0),
        ("tcp://bad", 7),
    }


def test_hosts_work_at_the_same_time(put: Put, tmp_path: Path) -> None:
    # Each waits for the file of the other: one after the other would never end.
    put(
        "docker",
        f"""
here, other = os.environ['DOCKER_HOST'].split('-')
open(os.path.join({str(tmp_path)!r}, here), 'w').close()
while not os.path.exists(os.path.join({str(tmp_path)!r}, other)):
    time.sleep(0.01)
""",
    )
    events = list(Everywhere(["docker"], [Host("one-two"), Host("two-one")]).run())

    assert sorted(e.code for e in events if isinstance(e, HostDone)) == [0, 0]


def test_an_interruption_reaches_every_host(put: Put) -> None:
    put(
        "docker",
        "import signal\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "print('up', flush=True)\ntime.sleep(60)",
    )
    everywhere = Everywhere(["docker"], [Host("one"), Host("two")])
    up = 0
    codes = []
    for event in everywhere.run():
        up += isinstance(event, HostLine)
        if isinstance(event, HostLine) and up == 2:
            everywhere.stop()
        if isinstance(event, HostDone):
            codes.append(event.code)

    assert codes == [0, 0]
    assert os.environ.get("DOCKER_HOST") is None


def test_a_command_that_is_followed_tells_its_lines_until_it_is_closed(put: Put) -> None:
    put(
        "docker",
        "print(os.getpid(), flush=True)\nprint(os.environ['DOCKER_HOST'], flush=True)\n"
        "time.sleep(600)",
    )
    lines: list[str] = []
    following = Following(Host("tcp://one"), ["docker"], lines.append)
    try:
        until(lambda: len(lines) == 2, "both lines are there", 30)
        assert following.alive
    finally:
        following.close()

    assert lines[1] == "tcp://one"
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines[0]), 0)


@pytest.mark.usefixtures("put")
def test_a_command_that_is_not_there_cannot_be_followed() -> None:
    with pytest.raises(HostError, match="there is no 'docker' on PATH"):
        Following(DEFAULT_HOST, ["docker"], print)


def test_what_is_stopped_while_it_starts_is_interrupted_once(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        "docker",
        f"""
import signal
def told(*_):
    open({str(tmp_path / "told")!r}, "a").write("INT ")
signal.signal(signal.SIGINT, told)
open({str(tmp_path / "up")!r}, "w").close()
while not os.path.exists({str(tmp_path / "told")!r}):
    time.sleep(0.02)
time.sleep(0.3)
sys.exit(1)
""",
    )
    everywhere = Everywhere(["docker"], [Host()])
    start = streams._started

    def stopped_meanwhile(command: list[str], host: Host) -> Child:
        child = start(command, host)
        until((tmp_path / "up").exists, "it runs")
        everywhere.stop()
        return child

    monkeypatch.setattr(streams, "_started", stopped_meanwhile)
    events = list(everywhere.run())

    assert [e.code for e in events if isinstance(e, HostDone)] == [130]
    assert (tmp_path / "told").read_text() == "INT "
