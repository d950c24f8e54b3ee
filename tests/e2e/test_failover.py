"""An ambassador of two upstreams, in containers: it stays with the one that has taken over."""

from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, Running, made
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e
UPSTREAM = """\
  {0}:
    image: haproxy:3.0
    hostname: {0}
    command: ["haproxy", "-W", "-db", "-f", "/web.cfg"]
    stop_signal: SIGTERM
    configs:
      - source: web
        target: /web.cfg
"""
SOURCE = TINY.replace("networks:\n", f"{UPSTREAM.format('a')}{UPSTREAM.format('b')}networks:\n", 1)
BOTH = "web=a:8080,b:8080"


def _answers(running: Running) -> bytes:
    try:
        return fetch(running.url())
    except OSError:
        return b""


def test_nobody_goes_back_before_somebody_says_so(new_project: NewProject, tmp_path: Path) -> None:
    words = ("ambassador", BOTH, "--no-failback")
    file = made(tmp_path / "generated.yml", SOURCE, *words)
    running = Running(new_project("local", file))
    engine = running.project.engine
    running.up()
    until(lambda: _answers(running) == b"a", "the first one answers")
    first = running.project.ids()["a-1"]

    engine.docker("stop", first)
    until(lambda: _answers(running) == b"b", "the second one has taken over")
    engine.docker("start", first)
    running.await_serving({"a", "b"})
    assert _answers(running) == b"b"

    running.dcgen("ambassador", BOTH, "--timeout-connect", "5", "-q", "-o", str(file))
    running.dcgen("lb", "reload", "web")
    running.await_serving({"a", "b"})
    assert _answers(running) == b"b"

    running.dcgen("lb", "retarget", "web=b:8080,a:8080")
    running.dcgen("lb", "retarget", BOTH)
    until(lambda: _answers(running) == b"a", "the first one answers again")
