"""A real HAProxy that accepts nobody for a while; `docker` on PATH enters no container."""

import os
import shutil
import socket
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from engine.docker.containers import Container, Site
from engine.live.held import closed, held
from lb.balancer import balancer
from lb.model import Control
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.processes import get, needs, start_haproxy, start_replica

SITE, HAPROXY = Site(("docker", "compose")), Container("abc", "rng", 1)
pytestmark = [needs("haproxy"), needs("perl")]


@pytest.fixture
def port(tmp_path: Path, cleanup: ExitStack, monkeypatch: pytest.MonkeyPatch) -> int:
    """Give the port of a HAProxy, in which `docker exec` runs what it is given."""
    admin = tmp_path / "admin"
    address, _ = start_replica("rng1", cleanup)
    found = free_port()  # of its own: HAProxy does not stop listening at what it has inherited
    control = Control(health_port=None, socket=str(admin))
    configuration = balancer(
        "rng", {80: [address]}, names="hosts", binds={80: f"127.0.0.1:{found}"}, control=control
    )
    start_haproxy(configuration, tmp_path, cleanup, fds=[])
    until(lambda: accepts(found), "HAProxy listens")
    folder = tmp_path / "bin"
    folder.mkdir()
    docker = folder / "docker"
    # docker exec -i ID perl -e PROGRAM PATH …
    words = f"['perl', '-e', sys.argv[6], {str(admin)!r}, *sys.argv[8:]]"
    run = f"os.execv({shutil.which('perl')!r}, {words})"
    docker.write_text(f"#!{sys.executable}\nimport os, sys\n{run}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return found


def accepts(port: int) -> bool:
    with suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    return False


def test_nobody_is_accepted_before_it_is_released(port: int) -> None:
    assert accepts(port)

    with held(SITE, HAPROXY) as release:
        assert not accepts(port)
        release()
        assert accepts(port)

    assert get(port) == (200, "rng1")


def test_it_accepts_again_whatever_happens_meanwhile(port: int) -> None:
    def fail() -> None:
        with held(SITE, HAPROXY):
            assert not accepts(port)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    until(lambda: accepts(port), "it accepts again")


def test_without_perl_nobody_is_held(port: int, tmp_path: Path) -> None:
    (tmp_path / "bin" / "docker").write_text("#!/bin/sh\nexit 127\n")

    with held(SITE, HAPROXY) as release:
        assert accepts(port)
        release()

    assert accepts(port)


def test_it_accepts_nobody_from_a_moment_in_which_nobody_is_connected(port: int) -> None:
    with closed(SITE, HAPROXY, [port], 5) as shut:
        assert shut
        assert shut.left == []
        assert not accepts(port)

    until(lambda: accepts(port), "it accepts again")


def test_who_stays_connected_is_named_when_the_patience_ends(port: int) -> None:
    with (
        socket.create_connection(("127.0.0.1", port)) as stays,
        closed(SITE, HAPROXY, [port], 0.1) as shut,
    ):
        assert shut
        assert shut.left == ["127.0.0.1"]
        assert not accepts(port)
        stays.sendall(b"GET / HTTP/1.0\r\n\r\n")  # what is open goes on
        assert b"rng1" in stays.makefile("rb").read()


def test_without_perl_it_is_not_closed(port: int, tmp_path: Path) -> None:
    (tmp_path / "bin" / "docker").write_text("#!/bin/sh\nexit 127\n")

    with closed(SITE, HAPROXY, [port], 5) as shut:
        assert shut is None
        assert accepts(port)
