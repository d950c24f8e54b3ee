"""Commands on what runs where no Docker daemon answers: what they cannot see is not said to end."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main
from engine import runs

Run = Callable[..., Result]
DEAD = f"#!{sys.executable}\nimport sys\nsys.exit('Cannot connect to the Docker daemon')\n"
COMPOSE = "services: {rng: {image: app, labels: {dcgen.role: balancer, dcgen.balances: 'a:80'}}}\n"
WORDS = [
    ("down",),
    ("stop",),
    ("ps",),
    ("ps", "--json"),
    ("top", "--once", "--interval", "0.5"),
    ("logs",),
    ("restart",),
    ("rollout", "rng"),
    ("exec", "rng", "ls"),
    ("lb", "status"),
    ("advise", "--clean"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "bin"))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "COMPOSE_FILE", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    (tmp_path / "compose.yml").write_text(COMPOSE)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    assert Path.cwd() == folder
    return lambda *words: CliRunner().invoke(main, words)


@pytest.fixture
def dead(folder: Path) -> None:
    docker = folder / "bin" / "docker"
    docker.write_text(DEAD)
    docker.chmod(0o755)


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_daemon_that_does_not_answer_is_told_with_3(words: tuple[str, ...], run: Run) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("no Docker daemon answers at 'unix:///var/run/docker.sock'")
    assert "(Cannot connect to the Docker daemon)\n  fix: start Docker" in result.stderr


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("status", "nope"), "service 'nope' is neither a balancer nor an ambassador"),
        (("reload", "nope"), "service 'nope' is neither a balancer nor an ambassador"),
        (("retarget", "db=192.0.2.7:80"), "service 'db' is neither a balancer nor an ambassador"),
    ],
)
def test_what_is_wrong_with_a_name_is_told_first(
    words: tuple[str, ...], what: str, run: Run
) -> None:
    result = run("lb", *words)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(what)


@pytest.mark.parametrize("name", ["DOCKER_HOST", "DOCKER_CONTEXT"])
@pytest.mark.parametrize("words", [("down",), ("ps", "--json")], ids=" ".join)
def test_a_daemon_that_is_named_and_cannot_be_asked_is_told_with_3(
    name: str, words: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "tcp://127.0.0.1:1")
    result = run(*words)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("there is no 'docker' command on PATH\n  fix: ")


def test_a_context_that_was_chosen_names_a_daemon(run: Run, folder: Path) -> None:
    (folder / "bin" / "config.json").write_text('{"currentContext": "far"}')

    assert run("down").exit_code == 3


@pytest.mark.parametrize("context", ["", "default"])
def test_where_docker_is_unknown_nothing_but_processes_can_run(
    context: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", context)

    said = [(one.exit_code, one.output) for one in map(run, ("stop", "down"))]
    assert said == [(0, "compose.yml is not running on this host\n")] * 2


@pytest.mark.parametrize("words", [("restart",), ("rollout", "rng"), ("exec", "rng", "ls")])
def test_what_only_docker_can_do_says_that_there_is_none(words: tuple[str, ...], run: Run) -> None:
    result = run(*words)

    assert result.exit_code == 3
    assert result.stderr.startswith("there is no 'docker' command on PATH\n  fix: start Docker")


@pytest.mark.usefixtures("dead")
def test_the_log_of_a_run_as_processes_is_shown_all_the_same(run: Run) -> None:
    log = runs.log_of(Path("compose.yml"))
    log.parent.mkdir(parents=True)
    log.write_text("rng-1 | hello\n")

    assert (run("logs").output, run("ps").exit_code) == ("rng-1 | hello\n", 3)
    assert (run("down").exit_code, log.exists()) == (0, False)


@pytest.mark.usefixtures("dead")
def test_up_in_the_background_does_not_say_first_that_it_runs(run: Run) -> None:
    result = run("up", "-d")

    assert result.exit_code == 3
    assert result.stderr.startswith("no Docker daemon answers at ")
    assert "running" not in result.stderr


def test_what_is_cleaned_is_processes_or_hosts(run: Run) -> None:
    result = run("advise", "--clean", "--engine", "process", "--host", "tcp://127.0.0.1:1")

    assert result.exit_code == 2
    assert result.stderr.startswith("--host names a Docker host\n  fix: leave out ")
