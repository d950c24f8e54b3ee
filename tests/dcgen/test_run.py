"""`up`, `down`, `ps`, `logs`, `stop` find the engine; a `docker` on PATH stands in for Docker."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main

Run = Callable[..., Result]
FAKE = """
import json, os, sys
words = sys.argv[1:]
if words[:1] == ["version"]:
    print("28.0")
elif words[:2] == ["compose", "version"]:
    print("2.30.0")
elif words[0] in ("images", "import", "create") or words[:2] == ["ps", "--all"]:
    pass  # the lock on the project
else:
    host = os.environ.get("DOCKER_HOST", "")
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps([host, *words]) + "\\n")
    sys.exit(9 if "bad" in host else 0)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    for name in ("DOCKER_HOST", "COMPOSE_FILE", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    (tmp_path / "compose.yml").write_text("services:\n  rng: {image: nginx}\n")
    return tmp_path


@pytest.fixture
def put(folder: Path) -> Callable[[str, str], None]:
    def write(name: str, source: str) -> None:
        file = folder / "bin" / name
        file.write_text(f"#!{sys.executable}\n{source}")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return write


@pytest.fixture
def run(folder: Path) -> Run:
    assert Path.cwd() == folder
    return lambda *words: CliRunner().invoke(main, words)


def calls(folder: Path) -> list[list[str]]:
    return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]


def test_a_daemon_that_answers_is_taken_and_said(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    result = run("up")

    assert result.exit_code == 0
    assert result.stderr == "running compose.yml on Docker (a daemon answers)\n"
    assert calls(folder) == [["", "compose", "-f", "compose.yml", "up"]]


def test_without_docker_processes_are_taken_and_said(run: Run) -> None:
    result = run("up")

    assert result.stderr.splitlines()[0] == (
        "running compose.yml on processes of this host (there is no 'docker' command on PATH)"
    )
    assert "service 'rng' runs image 'nginx'" in result.stderr
    # One thing to do, and not "use --engine docker", which is not there.
    assert (result.exit_code, result.stderr.count("fix:")) == (3, 1)
    assert "fix: start Docker" in result.stderr
    assert "--engine docker" not in result.stderr


def test_reasons_stand_on_a_line_each(run: Run) -> None:
    Path("compose.yml").write_text("services:\n  one: {image: nginx}\n  two: {image: mysql}\n")

    lines = run("up", "--engine", "process").stderr.splitlines()[1:]

    assert lines[0] == "nothing was started, for 2 reasons:"
    assert lines[1].startswith("  compose.yml:2: service 'one' runs image 'nginx'")
    assert lines[2].startswith("  compose.yml:3: service 'two' runs image 'mysql'")
    assert lines[3].startswith("  fix: ")


def test_fixes_stand_on_a_line_each_and_equal_ones_once(run: Run) -> None:
    Path("compose.yml").write_text(
        "services:\n"
        "  one: {image: nginx}\n"
        "  two: {image: mysql}\n"
        "  three: {image: redis, labels: {dcgen.role: balancer}}\n"
    )

    said = run("up", "--engine", "process").stderr.splitlines()

    assert [line for line in said if "fix: " in line] == [
        "  fix: use --engine docker",
        "  fix: generate the file again with dcgen",
    ]


def test_without_docker_what_can_be_installed_is_named(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lb.programs.PLACES", ())
    (folder / "compose.yml").write_text("services: {cache: {image: redis}}\n")

    said = run("up").stderr

    assert said.endswith("fix: apt-get install redis-server (macOS: brew install redis)\n")


def test_logs_of_a_service_that_is_not_there_are_refused(run: Run) -> None:
    result = run("logs", "nope", "--engine", "process")

    assert result.exit_code == 1
    assert "no service named 'nope'" in result.stderr


def test_neither_engine_sends_to_the_other_and_back(run: Run) -> None:
    Path("compose.yml").write_text("services: {web: {image: nginx}}\n")

    as_processes = run("up", "--engine", "process")
    on_docker = run("up", "--engine", "docker")

    assert as_processes.stderr.endswith("fix: use --engine docker\n")
    assert "--engine" not in on_docker.stderr


def test_docker_that_was_asked_for_and_is_not_there_is_exit_code_3(run: Run) -> None:
    result = run("up", "--engine", "docker")

    assert result.exit_code == 3
    assert "DOCKER_HOST" in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            ("up", "-d", "--build", "--scale", "rng=3"),
            ["up", "--detach", "--build", "--scale", "rng=3"],
            id="up",
        ),
        pytest.param(("down",), ["down"], id="down"),
        pytest.param(("stop",), ["stop"], id="stop"),
        pytest.param(
            ("logs", "--follow", "--tail", "5", "rng"),
            ["logs", "--timestamps", "--no-color", "--follow", "--tail", "5", "rng"],
            id="logs",
        ),
    ],
)
def test_compose_gets_the_same_words(
    words: tuple[str, ...],
    expected: list[str],
    folder: Path,
    run: Run,
    put: Callable[[str, str], None],
) -> None:
    put("docker", FAKE)
    result = run(*words, "-f", "compose.yml", "--engine", "docker")

    assert result.exit_code == 0, result.stderr
    assert calls(folder) == [["", "compose", "-f", "compose.yml", *expected]]


def test_a_host_that_is_named_twice_is_called_once(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    result = run("stop", "--host", "tcp://one:1", "--host", "tcp://one:1")

    assert result.exit_code == 0
    assert calls(folder) == [["tcp://one:1", "compose", "-f", "compose.yml", "stop"]]


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [
        pytest.param((), "tcp://a:1, tcp://b:1", ["tcp://a:1", "tcp://b:1"], id="the environment"),
        pytest.param(("--host", "tcp://c:1"), "tcp://a:1", ["tcp://c:1"], id="--host before it"),
        pytest.param(("--hosts", "hosts"), "tcp://a:1", ["tcp://x:1", "tcp://y:1"], id="a file"),
        pytest.param(
            ("--host", "tcp://y:1", "--hosts", "hosts"), "", ["tcp://y:1"], id="one of a file"
        ),
        pytest.param(("--engine", "docker"), " , ", [""], id="an environment that lists none"),
    ],
)
def test_hosts_are_listed_in_a_file_or_the_environment(
    words: tuple[str, ...],
    variable: str,
    expected: list[str],
    folder: Path,
    put: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("docker", FAKE)
    monkeypatch.setenv("DCGEN_HOSTS", variable)
    (folder / "hosts").write_text("tcp://x:1\ntcp://y:1  # the second\n")
    result = CliRunner().invoke(main, ("stop", *words))

    assert result.exit_code == 0
    assert sorted(call[0] for call in calls(folder)) == expected


def test_processes_that_are_asked_for_run_here_whatever_the_environment_lists(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCGEN_HOSTS", "tcp://a:1")

    assert run("ps", "--engine", "process").exit_code == 0
    assert run("ps", "--engine", "process", "--host", "tcp://a:1").exit_code == 2


def test_a_list_of_hosts_that_is_wrong_is_told_by_its_line(run: Run, folder: Path) -> None:
    (folder / "hosts").write_text("tcp://x:1\nssh://-oProxyCommand=id\n")
    result = run("up", "--hosts", "hosts")

    assert result.exit_code == 1
    assert result.stderr.startswith("hosts:2: 'ssh://-oProxyCommand=id' is not a Docker host")


def test_every_host_is_called_and_the_last_line_counts(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    result = run("up", "-d", "--host", "tcp://good:1", "--host", "tcp://bad:1")

    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1] == "1 started, 1 failed on tcp://bad:1"
    assert sorted(call[0] for call in calls(folder)) == ["tcp://bad:1", "tcp://good:1"]


def test_compose_that_fails_is_exit_code_1(run: Run, put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)

    assert run("up", "--host", "tcp://bad:1").exit_code == 1


def test_a_file_in_the_first_format_goes_to_docker_compose_1(
    folder: Path, run: Run, put: Callable[[str, str], None]
) -> None:
    (folder / "compose.yml").write_text("rng:\n  image: nginx\n")
    put("docker", FAKE)
    put("docker-compose", FAKE.replace("28.0", "1.29.2"))
    result = run("up", "--engine", "docker")

    assert result.exit_code == 0
    assert calls(folder)[-1] == ["", "-f", "compose.yml", "up"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--for", "3", "--engine", "docker"), id="a time on Docker"),
        pytest.param(("--json", "--host", "tcp://x:1"), id="a summary of a host"),
        pytest.param(("--host", "tcp://x:1", "--engine", "process"), id="a host for processes"),
        pytest.param(("--host", ""), id="a host without an address"),
        pytest.param(("-d", "--engine", "process"), id="processes in the background"),
        pytest.param(("--count", "x("), id="an expression that does not read"),
    ],
)
def test_options_that_contradict_each_other_are_exit_code_2(
    words: tuple[str, ...], folder: Path, run: Run
) -> None:
    for name in ("a.yml", "b.yml"):
        (folder / name).write_text("services:\n  rng: {image: redis}\n")
    result = run("up", *words)

    assert result.exit_code == 2
    assert "fix: " in result.stderr


def test_ps_of_processes_that_do_not_run_lists_none(run: Run) -> None:
    assert run("ps", "--json").stdout == "[]\n"
