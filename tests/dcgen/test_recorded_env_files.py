"""What took the place of .env is recorded, and takes it again."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen

SOURCE = 'services:\n  web:\n    image: web\n    expose: ["${P:-80}"]\n  job:\n    image: job\n'
FIRST = "# Made from compose.yml --env-file 'a b.env':  dcgen scale web=2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_ENV_FILES", raising=False)
    (tmp_path / "compose.yml").write_text(SOURCE)
    (tmp_path / "a b.env").write_text("P=81\n")
    (tmp_path / "other.env").write_text("P=82\n")
    (tmp_path / ".env").write_text("P=83\n")
    dcgen("scale", "web", "2", "--env-file", "a b.env")
    return tmp_path


def made(folder: Path) -> tuple[str, str]:
    """Return the line that says what made the file, and the backend: its name has the port."""
    text = (folder / "generated.yml").read_text()
    backend = next(line for line in text.splitlines() if "default_backend" in line)
    return text.splitlines()[1], backend.split()[1]


def test_they_stand_behind_the_source(folder: Path) -> None:
    assert made(folder) == (FIRST, "web-81")


@pytest.mark.parametrize(
    "command", ["scale job 3", "refresh", "undo job", "scale web 2", "scale web 2 -f generated.yml"]
)
def test_they_count_again(folder: Path, command: str) -> None:
    if "undo" in command:
        dcgen("scale", "job", "3")

    result = dcgen(*command.split())

    assert result.exit_code == 0, result.stderr
    assert made(folder) == (FIRST, "web-81")
    assert "run it: docker compose --env-file 'a b.env' -f generated.yml up -d" in result.stderr
    assert dcgen("refresh", "--check").exit_code == 0


@pytest.mark.parametrize("command", ["scale web 2", "refresh", "undo job"])
def test_others_take_their_place(folder: Path, command: str) -> None:
    dcgen("scale", "job", "3")

    result = dcgen(*command.split(), "--env-file", "other.env")

    assert result.exit_code == 0, result.stderr
    assert made(folder) == (FIRST.replace("'a b.env'", "other.env"), "web-82")


def test_those_of_the_environment_win(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_ENV_FILES", "other.env")

    assert dcgen("refresh").exit_code == 0
    assert made(folder)[1] == "web-82"


def test_to_start_anew_leaves_them_out(folder: Path) -> None:
    dcgen("scale", "web", "2", "--fresh")

    assert made(folder) == ("# Made from compose.yml:  dcgen scale web=2", "web-83")


def test_one_that_is_gone_is_named(folder: Path) -> None:
    (folder / "a b.env").unlink()

    result = dcgen("refresh")

    assert result.exit_code == 1
    assert "a b.env" in result.stderr
    assert "fix: " in result.stderr


def test_they_are_named_from_the_folder_of_the_file(folder: Path) -> None:
    (folder / "out").mkdir()
    dcgen("scale", "web", "2", "--env-file", "other.env", "-o", "out/made.yml")

    assert dcgen("refresh", "--check", "-o", "out/made.yml").exit_code == 0
    assert "../compose.yml --env-file ../other.env:" in (folder / "out" / "made.yml").read_text()
