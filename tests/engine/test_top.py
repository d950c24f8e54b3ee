"""`dcgen top` on a run of processes with a real HAProxy, as a person uses it."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from engine import runs
from engine.top.sampler import Sampler, sampler
from engine.top.samples import Group, Sample
from engine.variant import parse
from tests.engine.commands import DCGEN, Up, dcgen
from tests.lab.ports import free_port
from tests.lab.waiting import until

pytestmark = pytest.mark.usefixtures("home", "haproxy")
WORKER = """
import time
while True:
    print("5 units of work done", flush=True)
    time.sleep(1)
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def file(tmp_path: Path, build: Callable[..., Path], cleanup: ExitStack, port: int) -> Path:
    """Run rng with three replicas and a worker whose lines are counted; return the file."""
    source, made = tmp_path / "compose.yml", tmp_path / "generated.yml"
    source.write_text(
        f"services:\n  rng:\n    build: {build('rng')}\n    ports: ['127.0.0.1:{port}:80']\n"
        f"  worker:\n    build: {build('worker', WORKER, port=None)}\n    restart: always\n"
        "    labels: {dcgen.count: '(\\d+) units'}\n"
    )
    done = dcgen("scale", "rng", "3", "-f", str(source), "-o", str(made))
    assert done.returncode == 0, done.stderr
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    return made


@pytest.fixture
def found(file: Path, cleanup: ExitStack) -> Sampler:
    one = sampler(parse(file.read_text(), file), (), {"rng": 10.0})
    cleanup.callback(one.close)
    return one


def _group(sample: Sample, name: str) -> Group:
    return next(group for group in sample.groups if group.name == name)


def _await(sampler: Sampler, wanted: Callable[[Sample], bool]) -> Sample:
    seen: list[Sample] = []

    def look() -> bool:
        seen.append(sampler.sample())
        return wanted(seen[-1])

    until(look, "a sample is as it should be")
    return seen[-1]


def test_replicas_stand_below_their_service_with_what_haproxy_counts(
    found: Sampler, port: int
) -> None:
    _await(found, lambda sample: _group(sample, "rng").up == 3)
    for _ in range(30):
        urlopen(f"http://127.0.0.1:{port}/", timeout=60).close()
    sample = found.sample()
    rng = _group(sample, "rng")
    replicas = [one for one in rng.members if one.role == "replica"]

    assert [group.name for group in sample.groups] == ["rng", "worker"]
    assert [(one.name, one.role) for one in rng.members] == [
        ("rng-1", "balancer"),
        ("rng1", "replica"),
        ("rng2", "replica"),
        ("rng3", "replica"),
    ]
    assert sum(one.traffic.total for one in replicas if one.traffic) == 30
    assert (rng.up, rng.replicas, rng.queue, rng.limit_per_s) == (3, 3, 0, 30.0)
    assert rng.per_s
    assert rng.latency_ms is not None
    assert all(one.memory_bytes for one in rng.members)
    assert sample.problems == ()


def test_rates_are_unknown_at_first_and_counted_lines_become_a_speed(found: Sampler) -> None:
    first = found.sample()
    later = _await(found, lambda sample: _group(sample, "worker").units_per_s is not None)

    assert _group(first, "rng").per_s is None
    assert _group(first, "worker").units_per_s is None
    assert _group(first, "worker").cpu_percent is None
    assert (_group(later, "worker").units_per_s or 0) > 0  # how much: test_speed
    assert _group(later, "worker").cpu_percent is not None
    assert _group(later, "rng").units_per_s is None


def test_what_others_change_is_marked(found: Sampler, file: Path) -> None:
    _await(found, lambda sample: _group(sample, "rng").up == 3)
    said: list[str] = []

    def marked(what: str) -> bool:
        said.extend(mark.what for mark in found.sample().marks)
        return what in said

    dcgen("lb", "drain", "rng2", "-f", str(file))
    until(lambda: marked("rng2 drained"), "a drain is marked")
    dcgen("lb", "ready", "rng2", "-f", str(file))
    until(lambda: marked("rng2 ready"), "ready is marked")
    os.kill(_pid(file, "worker-1"), signal.SIGKILL)
    until(lambda: marked("worker-1 restarted"), "a restart is marked")

    assert {"rng2 drained", "rng2 ready", "worker-1 restarted"} <= set(said)


def test_dynamic_replicas_are_called_as_compose_calls_them(
    tmp_path: Path, build: Callable[..., Path], cleanup: ExitStack
) -> None:
    source, made = tmp_path / "compose.yml", tmp_path / "generated.yml"
    source.write_text(f"services:\n  rng:\n    build: {build('rng')}\n")
    dcgen("scale", "rng", "2", "--dynamic", "-f", str(source), "-o", str(made))
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    found = sampler(parse(made.read_text(), made), (), {})
    cleanup.callback(found.close)
    sample = _await(found, lambda sample: _group(sample, "rng").up == 2)
    names = [(one.name, bool(one.traffic)) for one in _group(sample, "rng").members]

    assert names == [("rng-1", False), ("rng-replicas-1", True), ("rng-replicas-2", True)]


def test_where_an_ambassador_leads_is_shown_and_its_change_is_marked(
    tmp_path: Path, cleanup: ExitStack
) -> None:
    servers = [cleanup.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
    old, new = (server.getsockname()[1] for server in servers)
    source, made = tmp_path / "compose.yml", tmp_path / "generated.yml"
    source.write_text("services:\n  redis: {image: redis}\n")
    dcgen("ambassador", f"redis=127.0.0.1:{old}", "-f", str(source), "-o", str(made))
    Up.start(made, cleanup=cleanup).wait_for("are ready")
    found = sampler(parse(made.read_text(), made), (), {})
    cleanup.callback(found.close)
    first = _group(found.sample(), "redis").members
    done = dcgen("lb", "retarget", f"redis=127.0.0.1:{new}", "-f", str(made))
    said = [mark.what for mark in found.sample().marks]

    assert done.returncode == 0, done.stderr
    assert [one.role for one in first] == ["ambassador", "upstream"]
    assert [one.traffic.address for one in first if one.traffic] == [f"127.0.0.1:{old}"]
    assert f"retargeted to 127.0.0.1:{new}" in said


def _pid(file: Path, name: str) -> int:
    running = runs.find(file)
    assert running
    return next(one.pid for one in running.entries if one.name == name)


def _once(file: Path, *words: str) -> dict[str, Any]:
    done = dcgen("top", "--once", "--json", "--interval", "1", "-f", str(file), *words)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_once_is_one_sample_for_programs(file: Path) -> None:
    rng, worker = _once(file, "--limit", "rng=10")["groups"]

    assert (rng["name"], rng["replicas"], rng["limit_per_s"]) == ("rng", 3, 10 * rng["up"])
    assert [one["name"] for one in worker["members"]] == ["worker-1"]


def test_once_is_a_table_for_people(file: Path) -> None:
    done = dcgen("top", "--once", "--interval", "1", "-f", str(file))
    lines = done.stdout.splitlines()

    assert done.returncode == 0
    assert lines[0].split() == [
        "SERVICE", "HEALTH", "SESSIONS", "QUEUE", "REQ/S", "LATENCY", "UNITS/S", "CPU", "MEMORY"
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:]] == [
        "rng", "rng-1", "rng1", "rng2", "rng3", "worker"
    ]  # fmt: skip


def test_a_variant_that_does_not_run_has_nothing_up(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("services:\n  rng: {image: app}\n  worker: {image: app}\n")
    groups = _once(file, "--engine", "process")["groups"]

    assert [(one["name"], one["up"], one["replicas"]) for one in groups] == [
        ("rng", 0, 0),
        ("worker", 0, 0),
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_lines_go_on_until_a_signal_and_nothing_is_left(
    file: Path, cleanup: ExitStack, number: signal.Signals
) -> None:
    words = [*DCGEN, "top", "--interval", "0.5", "-f", str(file)]
    popen = cleanup.enter_context(
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    )
    cleanup.callback(popen.kill)
    assert popen.stdout
    lines = [popen.stdout.readline() for _ in range(2)]
    popen.send_signal(number)
    _, err = popen.communicate(timeout=60)

    assert all("rng" in line for line in lines)
    assert (popen.returncode, err) == (130, "")


def test_who_reads_no_further_ends_it(file: Path) -> None:
    words = " ".join([*DCGEN, "top", "--interval", "0.5", "-f", str(file)])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{words} | head -n 1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "rng" in done.stdout


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        pytest.param("rng=ten", "'rng=ten' is not a limit", id="no number"),
        pytest.param("rng=0", "'rng=0' is not a limit", id="nothing"),
        pytest.param("rng=nan", "'rng=nan' is not a limit", id="not a number"),
        pytest.param("rgn=10", "there is no service 'rgn'", id="a typo"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, limit: str, said: str) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("services:\n  rng: {image: app}\n")
    words = ("top", "--once", "--engine", "process", "--limit", limit, "-f", str(file))
    done = dcgen(*words)

    assert done.returncode == 2
    assert said in done.stderr
    assert "fix: " in done.stderr
