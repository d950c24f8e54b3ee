"""`dcgen up` runs a variant as processes: started, watched, seen and stopped from outside."""

import json
import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from .commands import DCGEN, Up, alive, dcgen

Build = Callable[..., Path]
SCALED = """
services:
  web:
    image: haproxy:lts
    ports: ["80"]
    labels:
      dcgen.role: balancer
      dcgen.service: web
      dcgen.balances: "web1:80 web2:80"
      dcgen.options: balance=roundrobin  # leastconn counts a connection until it is closed
  web1: {build: web, environment: {SAYS: one}, labels: {dcgen.role: replica}}
  web2: {build: web, environment: {SAYS: two}, labels: {dcgen.role: replica}}
"""
pytestmark = pytest.mark.usefixtures("home", "haproxy")


@pytest.fixture
def file(tmp_path: Path, build: Build) -> Path:
    build("web")
    path = tmp_path / "generated.yml"
    path.write_text(SCALED)
    return path


@pytest.fixture
def up(file: Path, cleanup: ExitStack) -> Up:
    return Up.start(file, cleanup=cleanup)


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


def test_logs_shows_what_one_service_said_also_after_the_end(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    for _ in range(2):
        urlopen(f"{url}/seen", timeout=60).close()
    up.end(signal.SIGINT)
    shown = dcgen("logs", "web1", "-f", str(up.file), "--engine", "process").stdout

    assert shown == "web1-1 | served /seen\n"


@pytest.mark.parametrize("follow", ["--follow", "-f"])
def test_logs_can_be_followed_until_the_end(up: Up, cleanup: ExitStack, follow: str) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    command = [*DCGEN, "logs", "-f", str(up.file), follow, "web1"]
    follower = cleanup.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    urlopen(f"{url}/seen", timeout=60).close()
    assert follower.stdout
    first = follower.stdout.readline()
    up.end(signal.SIGINT)

    assert "served /seen" in first
    assert follower.wait(timeout=60) == 0


def test_down_forgets_the_log(up: Up) -> None:
    up.wait_for("ready")
    removed = dcgen("down", "-f", str(up.file))
    shown = dcgen("logs", "-f", str(up.file), "--engine", "process")

    assert removed.returncode == 0
    assert (shown.returncode, "there is no log" in shown.stderr) == (3, True)


def test_a_file_runs_once(up: Up) -> None:
    up.wait_for("ready")
    second = dcgen("up", "-f", str(up.file), "--engine", "process")

    assert second.returncode == 3
    assert "runs already" in second.stderr
    assert f"dcgen stop -f {up.file}" in second.stderr


def test_lines_carry_the_name_and_in_a_pipe_no_colour(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    for _ in range(2):
        urlopen(f"{url}/seen", timeout=60).close()
    up.end(signal.SIGINT)

    assert {"web1-1 | served /seen", "web2-1 | served /seen"} <= set(up.said)
    assert "\x1b" not in "".join(up.said)


@pytest.mark.parametrize(
    ("no_color", "escapes"),
    [pytest.param("", 2, id="one colour each"), pytest.param("1", 0, id="NO_COLOR")],
)
def test_on_a_terminal_names_have_colours_unless_unwanted(
    no_color: str, escapes: int, file: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    build("says", "print('hello')", port=None)
    file.write_text("services:\n  one: {build: says}\n  two: {build: says}\n")
    ours, theirs = pty.openpty()
    command = [*DCGEN, "up", "-f", str(file), "--engine", "process"]
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, check=True, timeout=60)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(4096).decode()

    assert len(set(re.findall(r"\x1b\[3\dm", shown))) == escapes


def test_nobody_reading_the_logs_ends_the_run_in_order(file: Path, cleanup: ExitStack) -> None:
    up = Up.start(file, cleanup=cleanup)
    assert up.popen.stdout
    up.popen.stdout.close()
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    pids = up.pids()
    # What the service logs of it ends the run, on a busy machine before the answer is there.
    with suppress(OSError):
        urlopen(url, timeout=60).close()
    up.wait_for("stdout was closed")

    assert up.popen.wait(timeout=60) == 0
    assert alive(pids) == []


def test_a_service_that_dies_is_named_with_its_code_and_the_others_go_on(
    build: Build, file: Path
) -> None:
    build("dies", "raise SystemExit(7)", port=None)
    file.write_text(f"{SCALED}  dies: {{build: dies}}\n")
    run = dcgen("up", "-f", str(file), "--for", "1")

    assert run.returncode == 0
    assert "dies-1 exited with code 7" in run.stderr
    assert "3 processes stopped" in run.stderr
    assert "exited before: dies-1 with code 7" in run.stderr
    assert "  dies-1: exited with code 7" in run.stdout


def test_a_killed_replica_behind_a_balancer_costs_no_answer(up: Up) -> None:
    url = up.wait_for("http://").split()[1]
    up.wait_for("ready")
    entries = json.loads(dcgen("ps", "--json", "-f", str(up.file)).stdout)
    victim = next(entry["pid"] for entry in entries if entry["name"] == "web1-1")
    os.kill(victim, signal.SIGKILL)
    up.wait_for("web1-1 exited with code 137")

    assert {urlopen(url, timeout=60).read().decode() for _ in range(10)} == {"two"}
    up.end(signal.SIGINT)
    assert up.said[-1].endswith("; exited before: web1-1 with code 137")


def test_a_run_whose_only_service_fails_ends_as_compose_up_does(build: Build, file: Path) -> None:
    build("dies", "raise SystemExit(7)", port=None)
    file.write_text("services:\n  dies: {build: dies}\n")
    run = dcgen("up", "-f", str(file), "--engine", "process")

    assert run.returncode == 0
    assert "stopping: all processes have ended" in run.stderr
    assert "exited before: dies-1 with code 7" in run.stderr


def test_a_service_that_needs_a_job_that_failed_ends_the_run(build: Build, file: Path) -> None:
    build("job", "raise SystemExit(7)", port=None)
    condition = "{job: {condition: service_completed_successfully}}"
    services = f"  job: {{build: job}}\n  next: {{build: job, depends_on: {condition}}}\n"
    file.write_text(f"services:\n{services}")
    run = dcgen("up", "-f", str(file), "--engine", "process")

    assert run.returncode == 1
    assert "next-1: it needs 'job-1', which exited with code 7" in run.stderr


def test_a_service_that_dies_is_started_again_if_the_file_says_so(
    build: Build, file: Path, cleanup: ExitStack
) -> None:
    build("dies", "import time; time.sleep(0.1); raise SystemExit(7)", port=None)
    file.write_text(f"{SCALED}  dies: {{build: dies, restart: always}}\n")
    up = Up.start(file, cleanup=cleanup)

    assert up.wait_for("restart 2") == "dies-1: restart 2, in 0.2 s"


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
        pytest.param(b"y\n", 0, "all processes have ended", id="yes"),
        pytest.param(b"\n", 3, "--engine process", id="no, unless said"),
        pytest.param(b"\x03", 130, "Run them?", id="Ctrl-C"),
    ],
)
def test_without_docker_a_terminal_is_asked(
    answer: bytes, code: int, words: str, file: Path, build: Build
) -> None:
    build("says", "print('hello')", port=None)
    file.write_text("services:\n  one: {build: says}\n")
    pid, terminal = pty.fork()
    if not pid:
        os.execv(DCGEN[0], [*DCGEN, "up", "-f", str(file)])
    shown = b""
    with suppress(OSError):  # the other end is closed: it has ended
        while b"Run them?" not in shown:
            shown += os.read(terminal, 4096)
        os.write(terminal, answer)
        # What is typed between the question and the reading of its answer may be lost: once more.
        while True:
            if not select.select([terminal], [], [], 3)[0]:
                os.write(terminal, answer)
            elif part := os.read(terminal, 4096):
                shown += part
            else:
                break
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)

    assert (ended, words in shown.decode()) == (code, True), shown
