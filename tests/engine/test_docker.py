"""Compose is called with the right words on each host; a `docker` on PATH stands in for Docker."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.docker import compose as docker
from engine.events import HostDone, HostLine
from faults import HostError

Put = Callable[[str, str], None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Write a program of a few lines of Python, alone on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, source: str) -> None:
        file = folder / name
        file.write_text(f"#!{sys.executable}\nimport os, sys, time\n{source}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return write


NO_PLUGIN = "sys.exit(0 if sys.argv[1:2] == ['version'] else 1)"


def test_the_plugin_is_called(put: Put) -> None:
    put("docker", "print('2.30.0')")

    assert docker.compose(v1=False) == ("docker", "compose")


def test_without_plugin_the_standalone_compose_is_called(put: Put) -> None:
    put("docker", NO_PLUGIN)
    put("docker-compose", "print('2.30.0')")

    assert docker.compose(v1=False) == ("docker-compose",)


def test_a_file_in_the_first_format_needs_compose_1(put: Put) -> None:
    put("docker", "print('2.30.0')")
    put("docker-compose", "print('1.29.2')")

    assert docker.compose(v1=True) == ("docker-compose",)


def test_a_newer_compose_for_the_first_format_is_refused_by_version(put: Put) -> None:
    put("docker-compose", "print('2.30.0')")

    with pytest.raises(HostError, match=r"needs docker-compose 1.x.*found 2.30.0"):
        docker.compose(v1=True)


@pytest.mark.usefixtures("put")
def test_no_docker_at_all_is_said() -> None:
    with pytest.raises(HostError, match="there is no Docker on this machine"):
        docker.compose(v1=False)
    assert docker.trouble() == "there is no 'docker' command on PATH"


def test_a_daemon_that_answers_is_no_trouble(put: Put) -> None:
    put("docker", "print('28.0')")

    assert docker.trouble() is None


def test_a_daemon_that_does_not_answer_is_named_with_its_reason(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    put("docker", "sys.exit('connection refused')")

    with pytest.raises(HostError) as caught:
        docker.require()
    assert "'tcp://192.0.2.1:2375' (connection refused)" in caught.value.what
    assert "DOCKER_HOST" in caught.value.fix
    assert caught.value.exit_code == 3


def test_a_silent_daemon_is_given_up_soon(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "ANSWERS_WITHIN_S", 0.2)
    put("docker", "time.sleep(60)")

    assert "no Docker daemon answers" in (docker.trouble() or "")


def test_a_host_reaches_docker_as_docker_host(put: Put, tmp_path: Path) -> None:
    put("docker", f"open({str(tmp_path / 'out')!r}, 'w').write(os.environ['DOCKER_HOST'])")

    assert docker.attach(["docker"], "tcp://192.0.2.1:2375") == 0
    assert (tmp_path / "out").read_text() == "tcp://192.0.2.1:2375"


def test_standard_input_is_handed_on(put: Put, tmp_path: Path) -> None:
    put("docker", f"open({str(tmp_path / 'out')!r}, 'w').write(sys.stdin.read())")

    assert docker.attach(["docker"], text="services: {}\n") == 0
    assert (tmp_path / "out").read_text() == "services: {}\n"


def test_a_host_that_fails_does_not_hide_the_others(put: Put) -> None:
    put(
        "docker",
        "host = os.environ['DOCKER_HOST']\nprint('on', host)\nsys.exit(7 if 'bad' in host else 0)",
    )
    events = list(docker.Everywhere(["docker", "up"], ["tcp://good", "tcp://bad"]).run())

    assert {(e.host, e.text) for e in events if isinstance(e, HostLine)} == {
        ("tcp://good", "on tcp://good"),
        ("tcp://bad", "on tcp://bad"),
    }
    assert {(e.host, e.code) for e in events if isinstance(e, HostDone)} == {
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
    events = list(docker.Everywhere(["docker"], ["one-two", "two-one"]).run())

    assert sorted(e.code for e in events if isinstance(e, HostDone)) == [0, 0]


def test_an_interruption_reaches_every_host(put: Put) -> None:
    put(
        "docker",
        "import signal\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "print('up', flush=True)\ntime.sleep(60)",
    )
    everywhere = docker.Everywhere(["docker"], ["one", "two"])
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
