"""`logs` on Docker: one stream by time over all hosts; a `docker` on PATH says what they write."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.docker.by_time import HOLD_S, QUIET_S, ByTime, Said
from engine.hosts import Host
from tests.dcgen.test_run import Run, calls, folder, put, run
from tests.engine.commands import DCGEN

__all__ = ["folder", "put", "run"]  # fixtures

ONE, TWO = Host("tcp://one:1"), Host("tcp://two:1")
FAKE = """
import os, sys, time
words = sys.argv[1:]
host = os.environ.get("DOCKER_HOST", "")
if "logs" not in words:
    print("28.0 1.51 linux")
    sys.exit(0)
if "bad" in host:
    sys.exit("no such service")
two = "two" in host
if "--follow" not in words:
    time.sleep(1.5 * two)  # another host is slow: its lines have their place all the same
elif "COUNT" in os.environ:
    open(f"begun {two}", "w").close()
    while len([name for name in os.listdir() if name.startswith("begun")]) < 2:
        time.sleep(0.02)
for n in (1, 2, 10):
    time_ = f"2026-11-26T10:00:{2 * n + two:02}.5Z"
    print(f"\\x1b[Kworker-{n}  | {time_} of {n}", flush=True)
if "--follow" in words:
    time.sleep(600)
"""
WRITES_DOWN = """
import json, os, sys
if "logs" in sys.argv:
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\\n")
else:
    print("28.0 1.51 linux")
"""
FILE = "services:\n  worker: {image: worker}\n  rng: {image: rng}\n"
BOTH = ("--host", "tcp://one:1", "--host", "tcp://two:1")


@pytest.fixture(autouse=True)
def compose(folder: Path, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)
    (folder / "compose.yml").write_text(FILE)


def _said(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_lines_of_several_hosts_are_in_the_order_of_their_time(run: Run) -> None:
    result = run("logs", *BOTH)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert _said(result.stdout) == [
        "tcp://one:1 worker-1 | of 1",
        "tcp://two:1 worker-1 | of 1",
        "tcp://one:1 worker-2 | of 2",
        "tcp://two:1 worker-2 | of 2",
        "tcp://one:1 worker-10 | of 10",
        "tcp://two:1 worker-10 | of 10",
    ]


def test_on_one_host_that_nobody_named_a_line_begins_with_the_replica(run: Run) -> None:
    result = run("logs", "--engine", "docker", "worker-2", "worker-10")

    assert _said(result.stdout) == ["worker-2 | of 2", "worker-10 | of 10"]


def test_a_service_among_replicas_of_others_is_shown_whole(run: Run) -> None:
    result = run("logs", "--engine", "docker", "worker", "rng-1")

    assert len(_said(result.stdout)) == 3


def test_of_a_balanced_service_the_replicas_are_asked_too(
    folder: Path, put: Callable[[str, str], None], run: Run
) -> None:
    put("docker", WRITES_DOWN)
    labels = '{dcgen.role: balancer, dcgen.balances: "rng1:80 rng2:80"}'
    more = (
        f"  rng1: {{image: rng}}\n  rng2: {{image: rng}}\n  web: {{image: h, labels: {labels}}}\n"
    )
    (folder / "compose.yml").write_text(FILE + more)
    run("logs", "--engine", "docker", "web")

    assert [words[-3:] for words in calls(folder)] == [["web", "rng1", "rng2"]]


def test_a_service_that_is_not_there_is_refused(run: Run) -> None:
    result = run("logs", *BOTH, "wroker")

    assert result.exit_code == 1
    assert "no service named 'wroker'" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("--host", "tcp://bad:1", "--host", "tcp://one:1"),
            3,
            ["tcp://bad:1: no such service", "1 read, 1 failed on tcp://bad:1"],
            id="one of two",
        ),
        pytest.param(("--host", "tcp://bad:1"), 1, ["tcp://bad:1: no such service"], id="one"),
    ],
)
def test_a_host_that_fails_says_why_and_does_not_hide_the_others(
    run: Run, words: tuple[str, ...], code: int, said: list[str]
) -> None:
    result = run("logs", *words)

    assert result.exit_code == code
    assert result.stderr.splitlines() == said
    assert len(result.stdout.splitlines()) == 3 * (len(words) // 2 - 1)


def test_what_is_followed_is_shown_before_it_ends_and_ctrl_c_ends_it() -> None:
    command = [*DCGEN, "logs", "--follow", *BOTH]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COUNT": "2"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment, text=True, cwd=Path.cwd()
    ) as popen:
        lines = [popen.stdout.readline() for _ in range(6)] if popen.stdout else []
        popen.send_signal(signal.SIGINT)

        assert popen.wait(60) == 130
    assert _said("".join(lines))[:2] == [
        "tcp://one:1 worker-1 | of 1",
        "tcp://two:1 worker-1 | of 1",
    ]


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def stream() -> tuple[ByTime, _Clock, list[str]]:
    shown: list[str] = []
    clock = _Clock()
    return ByTime(lambda line: shown.append(line.text), clock), clock, shown


def test_what_was_written_before_is_shown_when_no_more_of_it_comes(
    stream: tuple[ByTime, _Clock, list[str]],
) -> None:
    merged, clock, shown = stream
    for host, at_s in ((TWO, 9.0), (ONE, 5.0), (ONE, 7.0)):
        merged.add(Said(host, "x-1", at_s, str(at_s)))
        clock.now_s += QUIET_S * 0.9
        merged.tick()
    assert shown == []

    clock.now_s += QUIET_S
    merged.tick()
    assert shown == ["5.0", "7.0", "9.0"]


def test_what_is_not_followed_waits_for_the_slowest_host() -> None:
    shown: list[str] = []
    clock = _Clock()
    merged = ByTime(lambda line: shown.append(line.text), clock, follows=False)
    merged.add(Said(ONE, "x-1", 9.0, "later"))
    clock.now_s = 60
    merged.tick()
    merged.add(Said(TWO, "x-1", 8.0, "before"))
    assert shown == []

    merged.end()
    assert shown == ["before", "later"]


def test_a_line_waits_for_an_older_one_of_another_host_and_no_longer(
    stream: tuple[ByTime, _Clock, list[str]],
) -> None:
    merged, clock, shown = stream
    merged.add(Said(ONE, "x-1", 1.0, "first"))
    clock.now_s = 10
    merged.tick()
    merged.add(Said(ONE, "x-1", 9.0, "late"))
    clock.now_s += HOLD_S / 2
    merged.add(Said(TWO, "x-1", 8.0, "early"))
    merged.tick()
    assert shown == ["first"]

    clock.now_s += HOLD_S / 2
    merged.add(Said(TWO, "x-1", 20.0, "newest"))
    merged.tick()
    assert shown == ["first", "early", "late"]

    merged.end()
    assert shown[-1] == "newest"
