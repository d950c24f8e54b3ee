"""`up` on several hosts: what is said of each, and what one of them is told alone."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from dcgen.commands.wanted import wanted
from dcgen.hosts_table import HostsTable
from dcgen.progress import Progress
from engine.hosts import Host
from engine.streams import HostDone, HostLine, HostStarted
from faults import UsageError
from tests.dcgen.test_run import FAKE, Run, calls, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

ONE, TWO = Host("tcp://one:1"), Host("ssh://ops@two", name="two")
BOTH = ("--host", "tcp://one:1", "--host", "tcp://two:1")
FAKE_DOWN = FAKE.replace(
    'if words[:1] == ["version"]:',
    'if words[:1] == ["version"] and "down" in os.environ.get("DOCKER_HOST", ""):\n'
    '    sys.exit("cannot connect")\nelif words[:1] == ["version"]:',
)

FULL = "Error response from daemon: mkdir /var/lib/docker/overlay2/f00d: no space left on device"
FAKE_FULL = FAKE.replace(
    'if words[:1] == ["version"]:',
    'if "full" in os.environ.get("DOCKER_HOST", "") and {"create", "up"} & set(words):\n'
    f'    sys.exit("{FULL}")\nelif words[:1] == ["version"]:',
)


def test_replicas_are_set_for_all_hosts_and_for_single_ones() -> None:
    found = wanted(("worker=20", "rng=2"), ("two:worker=5", "tcp://one:1:rng=3"), [ONE, TWO])

    assert found.on(ONE) == {"worker": 20, "rng": 3}
    assert found.on(TWO) == {"worker": 5, "rng": 2}
    assert found.most() == {"worker": 20, "rng": 3}
    assert found.words([TWO]) == {TWO: ["--scale", "worker=5", "--scale", "rng=2"]}


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        pytest.param("worker=5", "write --set node1:worker=5", id="no host"),
        pytest.param("two:worker", "write --set node1:worker=5", id="no number"),
        pytest.param("twp:worker=5", "did you mean 'two'?", id="a host that is not there"),
        pytest.param("two:worker=many", "give a whole number from 1 to 1000", id="no number"),
    ],
)
def test_what_sets_no_replicas_is_refused(word: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        wanted((), (word,), [ONE, TWO])

    assert refused.value.fix == fix


def test_compose_is_told_how_many_replicas_a_host_has(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    result = run("up", "-d", *BOTH, "--scale", "rng=2", "--set", "tcp://two:1:rng=5")

    assert result.exit_code == 0, result.output
    ups = {call[0]: call[-2:] for call in calls(folder) if "up" in call}
    assert ups == {"tcp://one:1": ["--scale", "rng=2"], "tcp://two:1": ["--scale", "rng=5"]}


def test_events_are_json_one_object_a_line(run: Run, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)
    result = run("up", "-d", "--json", "--host", "tcp://good:1", "--host", "tcp://bad:1")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    done = {one["host"]: one["code"] for one in events if one["event"] == "host_done"}

    assert result.exit_code == 3
    assert done == {"tcp://good:1": 0, "tcp://bad:1": 9}
    assert result.stderr == "1 started, 1 failed on tcp://bad:1\n"


def test_events_of_one_host_are_json_too(run: Run, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)
    result = run("up", "-d", "--json", "--host", "tcp://good:1")
    events = [json.loads(line) for line in result.stdout.splitlines()]

    assert [one["code"] for one in events if one["event"] == "host_done"] == [0]


def test_a_host_that_is_down_is_told_once_and_the_others_go_on(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE_DOWN)
    result = run("up", "-d", "--host", "tcp://down:1", "--host", "tcp://one:1")

    assert result.exit_code == 3
    assert result.output.count("no Docker daemon answers at 'tcp://down:1'") == 1
    assert result.stderr.splitlines()[-1] == "1 started, 1 failed on tcp://down:1"
    assert {call[0] for call in calls(folder) if "up" in call} == {"tcp://one:1"}


def test_a_host_whose_disk_is_full_is_named_with_what_to_do_and_the_others_go_on(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE_FULL)
    result = run("up", "-d", "--host", "tcp://full:1", "--host", "tcp://one:1")

    assert result.exit_code == 3
    assert f"tcp://full:1 | {FULL}\n" in result.stdout
    assert "tcp://full:1 | the disk of 'tcp://full:1' is full\n" in result.stdout
    assert "tcp://full:1 | fix: free space there, as by `docker image prune`" in result.stdout
    assert result.stderr.splitlines()[-1] == "1 started, 1 failed on tcp://full:1"
    assert {call[0] for call in calls(folder) if "up" in call} == {"tcp://one:1"}


def test_a_terminal_shows_a_line_a_host_and_at_the_end_all_that_a_failed_one_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress(verb="started")
    table = HostsTable(progress, [ONE, TWO])
    for host in (ONE, TWO):
        table.show(HostStarted(host, ("docker",)))
        table.show(HostLine(host, f"first of {host}"))
        table.show(HostLine(host, f"last of {host}"))
    table.show(HostDone(ONE, 0, 1.5))
    picture = io.StringIO()
    Console(file=picture, width=80).print(table.table())
    table.show(HostDone(TWO, 7, 2))
    table.__exit__(None, None, None)
    said = capsys.readouterr()

    one, two = picture.getvalue().splitlines()
    assert one.split() == ["tcp://one:1", "done", "1.5", "s", "last", "of", "tcp://one:1"]
    assert two.split()[:2] == ["two", "running"]
    assert said.out == "two | first of two\ntwo | last of two\n"
    assert said.err.splitlines()[-1] == "two: failed with exit code 7"
