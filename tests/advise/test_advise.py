"""`dcgen advise` on real applications, as processes of this machine, and what it leaves behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine import runs
from engine.trial.processes import MARK
from tests.lab.waiting import until

from . import applications

DEADLINE_S = 240
QUICK = ("--window", "1", "--engine", "process")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("r")
    folder.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def dcgen(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dcgen", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )


def advised(folder: Path, services: str, *words: str) -> dict[str, Any]:
    applications.write(folder, services)
    done = dcgen("advise", "--json", *QUICK, *words, folder=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_queue_is_found_with_the_command_that_ends_it(tmp_path: Path) -> None:
    found = advised(tmp_path, applications.QUEUE, "--budget", "8")

    assert found["steps"][0]["winners"] == ["api"]
    assert found["counts"] == {"api": 2, "worker": 6}
    assert found["ending"] == "budget"
    assert found["commands"] == [
        "dcgen scale api=2 --server-maxconn 1 -f compose.yml",
    ]


def test_a_redis_that_computes_all_the_time_is_not_scaled(tmp_path: Path) -> None:
    found = advised(tmp_path, applications.STATEFUL)

    assert (found["ending"], found["limit"], found["untouched"].keys()) == (
        "state",
        "redis",
        {"redis"},
    )


def test_an_open_load_has_no_limit(tmp_path: Path) -> None:
    tmp_path.joinpath("ask.py").write_text(applications.ASKING)
    load = f"{sys.executable} ask.py {{web}}"

    found = advised(tmp_path, applications.server("web", 0.001), "--goal", "web", "--load", load)

    assert (found["ending"], found["commands"]) == ("nothing", [])


def test_a_load_that_does_nothing_but_fail_is_told_with_its_last_words(tmp_path: Path) -> None:
    applications.write(tmp_path, applications.server("web", 0.001))
    load = "sh -c 'echo no such page; exit 7'"

    done = dcgen("advise", *QUICK, "--goal", "web", "--load", load, folder=tmp_path)

    assert "the command of --load ends at once with code 7, again and again" in done.stderr
    assert "  no such page\n  fix: give --load a command that asks" in done.stderr
    assert (done.returncode, done.stdout) == (3, "")


def test_a_load_that_fails_now_and_then_is_one(tmp_path: Path) -> None:
    tmp_path.joinpath("ask.py").write_text(
        "import pathlib, sys, urllib.request\n"
        "urllib.request.urlopen('http://' + sys.argv[1]).close()\n"
        "times = pathlib.Path('times')\n"
        "times.write_text((times.read_text() if times.exists() else '') + '.')\n"
        "sys.exit(len(times.read_text()) % 3)\n"
    )
    load = f"{sys.executable} ask.py {{web}}"
    found = advised(tmp_path, applications.server("web", 0.001), "--goal", "web", "--load", load)

    assert found["ending"] == "nothing"


def test_clients_of_ours_are_the_load(tmp_path: Path) -> None:
    found = advised(
        *(tmp_path, applications.server("web", 0.05)),
        *("--goal", "web", "--clients", "4", "--budget", "2"),
    )

    assert found["counts"] == {"web": 2}
    assert found["steps"][0]["window"]["latency_s"] is None or found["steps"][0]["predicted"]


def test_a_sweep_foretells_each_number(tmp_path: Path) -> None:
    slow = applications.server("api", 0.2) + applications.worker("api", 6, 0.01)
    applications.write(tmp_path, slow)  # it needs little of a busy machine

    done = dcgen("advise", "--json", *QUICK, "--sweep", "api=1,2,3", folder=tmp_path)

    points = json.loads(done.stdout)
    assert [one["replicas"] for one in points] == [1, 2, 3]
    assert [one["predicted"] is None for one in points] == [True, False, False]
    assert points[0]["per_s"] < points[1]["per_s"] < points[2]["per_s"]


def test_what_is_advised_is_made(tmp_path: Path) -> None:
    applications.write(tmp_path, applications.QUEUE)

    done = dcgen("advise", "--apply", *QUICK, "--budget", "8", "--html", "a.html", folder=tmp_path)

    assert "  api2:" in tmp_path.joinpath("generated.yml").read_text()
    assert "$ dcgen scale api=2 --server-maxconn 1" in done.stderr
    page = tmp_path.joinpath("a.html").read_text()
    assert "dcgen scale api=2 --server-maxconn 1 -f compose.yml" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")


def test_what_was_measured_is_said_also_where_the_page_cannot_be_written(tmp_path: Path) -> None:
    applications.write(tmp_path, applications.QUEUE)

    done = dcgen("advise", *QUICK, "--for", "2", "--html", "/dev/full", folder=tmp_path)

    assert "Why not more: " in done.stdout
    assert "/dev/full: cannot write the page: No space left on device" in done.stderr
    assert "fix: give --html a file" in done.stderr
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("html", "also", "what"),
    [
        ("compose.yml", (), "compose.yml: the file exists and is no page of dcgen advise"),
        (".", (), ".: this is a folder"),
        ("no/a.html", (), "no/a.html: the folder 'no' does not exist"),
        ("a.html", ("--sweep", "api=1,2"), "a sweep advises nothing, so there is no page"),
    ],
)
def test_a_page_that_could_not_be_written_is_refused_before_anything_starts(
    html: str, also: tuple[str, ...], what: str, tmp_path: Path
) -> None:
    applications.write(tmp_path, applications.QUEUE)
    before = tmp_path.joinpath("compose.yml").read_bytes()

    done = dcgen("advise", *QUICK, "--html", html, *also, folder=tmp_path)

    assert what in done.stderr
    assert "measuring" not in done.stderr
    assert done.returncode == (2 if also else 1)
    assert tmp_path.joinpath("compose.yml").read_bytes() == before


def marked() -> set[int]:
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


def owned(run: int) -> set[int]:
    return {pid for pid in marked() if _owner(pid) == str(run)}


@pytest.fixture
def started(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    applications.write(tmp_path, applications.QUEUE)
    command = [sys.executable, "-m", "dcgen", "advise", *QUICK]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            # Others may advise on this machine, too.
            until(lambda: len(owned(run.pid)) > 6, "all of it runs", DEADLINE_S)
            yield run
        finally:
            run.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_by_a_signal_leaves_nothing(
    started: "subprocess.Popen[bytes]", number: signal.Signals
) -> None:
    ours = owned(started.pid)
    started.send_signal(number)

    assert started.wait(DEADLINE_S) == 130
    assert not ours & marked()


def test_what_a_killed_run_leaves_is_removed(
    started: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    ours = owned(started.pid)
    started.kill()
    started.wait(DEADLINE_S)

    done = dcgen("advise", "--clean", "--engine", "process", folder=tmp_path)

    assert done.returncode == 0
    until(lambda: not ours & marked(), "nothing is left of it", DEADLINE_S)
    assert not runs.folder_of(tmp_path / ".dcgen-advise-compose.yml").exists()


def _owner(pid: int) -> str:
    try:
        return psutil.Process(pid).environ().get(MARK, "")
    except psutil.Error:
        return ""


def test_an_experiment_runs_on_one_host(tmp_path: Path) -> None:
    applications.write(tmp_path, applications.QUEUE)
    tmp_path.joinpath("hosts").write_text("tcp://127.0.0.1:1\ntcp://127.0.0.1:2\n")

    done = dcgen("advise", "--hosts", "hosts", folder=tmp_path)

    assert done.stderr == (
        "2 hosts are given, and an experiment runs on one\n"
        "  fix: choose it: --host tcp://127.0.0.1:1\n"
    )
    assert done.returncode == 2


def test_it_begins_from_the_source_as_its_help_says(tmp_path: Path) -> None:
    applications.write(tmp_path, applications.QUEUE)
    tmp_path.joinpath("generated.yml").write_text("services: {}\n")

    told = dcgen("advise", "--help", folder=tmp_path).stdout
    done = dcgen("advise", *QUICK, "--sweep", "nowhere=2", folder=tmp_path)

    assert "generated.yml, else its source" not in told
    assert "[default: compose.yml, as" in told
    assert "write SERVICE=1,2,4 with one of api, worker" in done.stderr


@pytest.mark.parametrize(
    ("more", "where"),
    [
        pytest.param("    labels: {dcgen.count: '('}\n", "compose.yml:6: '(' is not a", id="label"),
        pytest.param("    image: nginx\n", "compose.yml:6: service 'w", id="image"),
    ],
)
def test_what_cannot_run_is_told_of_the_file_that_is_there(
    more: str, where: str, tmp_path: Path
) -> None:
    applications.write(tmp_path, applications.server("api") + "  worker:\n" + more)

    done = dcgen("advise", *QUICK, "--goal", "api", folder=tmp_path)

    assert where in done.stderr
    assert (".dcgen-advise" in done.stderr, done.returncode) == (False, 1)


@pytest.mark.parametrize("also", [(), ("--sweep", "api=1,2")], ids=["climb", "sweep"])
def test_requests_of_a_service_without_a_port_are_no_goal(
    tmp_path: Path, also: tuple[str, ...]
) -> None:
    applications.write(tmp_path, applications.QUEUE)

    done = dcgen("advise", *QUICK, "--goal", "worker", *also, folder=tmp_path)

    assert done.stderr == (
        "'worker' has no balancer, which would count its requests\n  fix: name one of api\n"
    )
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--goal", "nowhere"), "there is no service 'nowhere'"),
        (("--sweep", "api=one"), "is no service and its numbers of replicas"),
        (("--load", "x", "--clients", "3"), "there is one load"),
        (("--clients", "3"), "it is not said whom the clients ask"),
        (("--ask", "web"), "there are no clients to ask that"),
        (("--goal-command", "'"), "does not read as a command"),
        (("--apply", "--json"), "--apply makes what is advised"),
        (("--scale", "nowhere=3"), "no service named 'nowhere'"),
        (("--load", "curl {worke}"), "--load cannot ask 'worke': there is no such service"),
        (("--load", "curl {worker}"), "--load cannot ask 'worker': it has no port"),
        (("--load", "curl {redis}"), "--load cannot ask 'redis': it gets no balancer: "),
        (("--clients", "3", "--ask", "worker"), "the clients cannot ask 'worker': it has no port"),
        (("--count", "x("), "--count 'x(' is not a regular expression: missing )"),
        (("--html", "-"), "standard output has what was found as text"),
        (("-f", "-"), "what is advised changes a file, and standard input is none"),
        (("redis",), "each replica keeps its own data"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    tmp_path: Path, words: tuple[str, ...], what: str
) -> None:
    applications.write(tmp_path, applications.STATEFUL)

    done = dcgen("advise", *QUICK, *words, folder=tmp_path)

    assert done.returncode in {1, 2}
    assert what in done.stderr
    assert "  fix: " in done.stderr
    assert "measuring" not in done.stderr
    assert not tmp_path.joinpath("generated.yml").exists()
