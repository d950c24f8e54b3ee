"""`dcgen up` runs a variant as processes: started, watched, seen and stopped from outside."""

import json
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.lab.waiting import until

from .commands import DCGEN, Up, alive, dcgen
from .conftest import SCALED
from .terminal import Terminal

Build = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("home", "haproxy")


def test_a_published_balancer_shares_requests_between_its_replicas(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("3 processes are ready")

    assert sorted(urlopen(url, timeout=60).read().decode() for _ in range(4)) == [
        "one",
        "one",
        "two",
        "two",
    ]


def test_several_files_run_as_one_with_what_they_extend(
    tmp_path: Path, build: Build, cleanup: ExitStack
) -> None:
    build("web")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "b.yml").write_text("services: {base: {build: ../web, expose: [80]}}\n")
    first, second = tmp_path / "a.yml", tmp_path / "b.yml"
    first.write_text("services: {web: {extends: {file: base/b.yml, service: base}}}\n")
    second.write_text("services: {web: {environment: {SAYS: both}, ports: ['80']}}\n")
    up = Up.start(first, "-f", str(second), cleanup=cleanup)

    url = up.wait_for("http://").split()[1]
    up.wait_for("1 processes are ready")
    assert urlopen(url, timeout=60).read() == b"both"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(number: signal.Signals, up: Up) -> None:
    up.wait_for("ready")
    pids = up.pids()
    code = up.end(number)

    assert (len(pids), code) == (3, 130)
    assert alive(pids) == []


def test_stop_from_another_terminal_is_a_good_end(up: Up) -> None:
    up.wait_for("ready")
    pids = up.pids()
    stopped = dcgen("stop", "-f", str(up.file))

    assert (stopped.returncode, stopped.stderr) == (0, "3 processes stopped\n")
    assert up.popen.wait(timeout=60) == 0
    assert alive(pids) == []


def test_stop_of_what_does_not_run_says_so(file: Path) -> None:
    stopped = dcgen("stop", "-f", str(file), "--engine", "process")

    assert (stopped.returncode, stopped.stderr) == (0, f"{file} is not running on this host\n")


def test_ps_lists_processes_with_their_ports(up: Up) -> None:
    address = up.wait_for("http://").split()[1].removeprefix("http://")
    up.wait_for("ready")
    rows = [line.split() for line in dcgen("ps", "-f", str(up.file)).stdout.splitlines()]

    assert [(row[0], row[2]) for row in rows] == [
        ("NAME", "STATE"),
        ("web1-1", "running"),
        ("web2-1", "running"),
        ("web-1", "running"),
    ]
    assert rows[3][4] == f"{address}->80"


def test_a_file_runs_once(up: Up) -> None:
    up.wait_for("ready")
    second = dcgen("up", "-f", str(up.file), "--engine", "process")

    assert second.returncode == 3
    assert "runs already" in second.stderr
    assert f"dcgen stop -f {up.file}" in second.stderr


def test_nothing_starts_if_one_service_cannot(file: Path) -> None:
    file.write_text(f"{SCALED}  other: {{image: nginx}}\n")
    run = dcgen("up", "-f", str(file), "--engine", "process")

    assert run.returncode == 1
    assert f"{file}:13: service 'other' runs image 'nginx'" in run.stderr
    assert "ready" not in run.stderr


def test_a_run_for_a_time_ends_with_a_summary_on_stdout(file: Path) -> None:
    run = dcgen("up", "-f", str(file), "--for", "0.5", "--no-logs")

    assert run.returncode == 0
    assert run.stdout.splitlines()[0].endswith(" s, 3 processes, 0 restarts")
    assert run.stdout.splitlines()[1] == "web: web1 0 (0.0%), web2 0 (0.0%)"


def test_a_summary_as_json_is_all_that_stdout_holds(file: Path) -> None:
    run = dcgen("up", "-f", str(file), "--for", "0.5", "--json")

    summary = json.loads(run.stdout)
    assert (summary["processes"], summary["requests"]) == (3, {"web": {"web1": 0, "web2": 0}})


def test_a_variant_can_come_from_standard_input(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    run = dcgen("up", "-f", "-", "--for", "0.2", "--json", text=SCALED)

    assert json.loads(run.stdout)["processes"] == 3


def test_without_file_the_generated_one_runs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "compose.yml").write_text("services:\n  db: {image: postgres}\n")
    monkeypatch.chdir(file.parent)
    run = dcgen("up", "--for", "0.2", "--no-logs")

    assert run.returncode == 0
    assert "running generated.yml on processes of this host" in run.stderr


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


@pytest.mark.usefixtures("no_docker")
def test_without_docker_and_terminal_nothing_runs_that_nobody_asked_for(file: Path) -> None:
    run = dcgen("up", "-f", str(file))

    assert run.returncode == 3
    assert f"  without Docker, the programs of {file} would run on this machine" in run.stderr
    assert "if you trust the file: --engine process" in run.stderr
    assert "ready" not in run.stderr


@pytest.mark.usefixtures("no_docker")
@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        pytest.param("y\n", 0, "all processes have ended", id="yes"),
        pytest.param("\n", 3, "--engine process", id="no, unless said"),
        pytest.param("perhaps\ny\n", 0, "Error: invalid input", id="once more"),
        pytest.param("\x03", 130, "Run them?", id="Ctrl-C"),
        pytest.param("\x04", 130, "Run them?", id="Ctrl-D"),
    ],
)
def test_without_docker_a_terminal_is_asked(
    answer: str, code: int, words: str, file: Path, build: Build, cleanup: ExitStack
) -> None:
    build("says", "print('hello')", port=None)
    file.write_text("services:\n  one: {build: says}\n")
    terminal = Terminal.start(*DCGEN, "up", "-f", str(file), cleanup=cleanup)
    until(lambda: "Run them?" in terminal.read(), "it asks", 60)
    terminal.press(answer)

    assert (terminal.end(), words in terminal.said) == (code, True), terminal.said
