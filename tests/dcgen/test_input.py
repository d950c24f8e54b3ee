"""Which Compose file is read: given, named by the environment, or found as Compose finds it."""

import errno
from pathlib import Path
from typing import Any

import pytest

from tests.dcgen.door import COINS, dcgen, names

OTHER = "services:\n  rng:\n    image: other\n    expose: ['80']\n  a: {image: a}\n"

LOOKED_FOR = [
    pytest.param(["compose.yaml", "compose.yml"], "compose.yaml", id="compose.yaml first"),
    pytest.param(["compose.yml", "docker-compose.yml"], "compose.yml", id="then compose.yml"),
    pytest.param(
        ["docker-compose.yml", "docker-compose.yaml"], "docker-compose.yml", id="then the older"
    ),
    pytest.param(["docker-compose.yaml"], "docker-compose.yaml", id="docker-compose.yaml last"),
]


@pytest.mark.parametrize(("there", "taken"), LOOKED_FOR)
def test_file_is_found_as_compose_finds_it(there, taken, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    for name in there:
        (tmp_path / name).write_text(OTHER.replace("other", name))

    dcgen("scale", "rng", "1")

    assert f"image: {taken}\n" in (tmp_path / "generated.yml").read_text()


def test_file_is_found_in_a_folder_above(coins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (coins / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(coins / "deep" / "er")

    result = dcgen("scale", "rng", "2")

    assert result.exit_code == 0
    assert names(coins) == ["compose.yml", "deep", "generated.yml"]


def test_compose_file_of_the_environment_is_taken(coins, monkeypatch) -> None:
    (coins / "other.yml").write_text(OTHER)
    monkeypatch.setenv("COMPOSE_FILE", "other.yml")

    dcgen("scale", "rng", "1")

    assert "image: other" in (coins / "generated.yml").read_text()


def test_file_that_is_given_wins_over_the_environment(coins, monkeypatch) -> None:
    (coins / "other.yml").write_text(OTHER)
    monkeypatch.setenv("COMPOSE_FILE", "other.yml")

    dcgen("scale", "rng", "1", "-f", "compose.yml")

    assert "image: other" not in (coins / "generated.yml").read_text()


def test_no_file_anywhere_is_code_1(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)

    result = dcgen("scale", "rng", "2")

    assert result.exit_code == 1
    assert result.stderr.startswith("no Compose file here or in a folder above: none of compose.")


@pytest.mark.usefixtures("coins")
@pytest.mark.parametrize("name", ["compose.yml", "my file.yml", "generated.yml"])
@pytest.mark.parametrize("command", ["scale rng 2 --fresh", "kubernetes", "refresh"])
def test_a_file_that_may_not_be_read_is_to_be_allowed(
    coins: Path, monkeypatch: pytest.MonkeyPatch, name: str, command: str
) -> None:
    given = [] if name == "generated.yml" and command != "kubernetes" else ["-f", name]
    (coins / "my file.yml").write_text(COINS)
    dcgen("scale", "rng", "3", "-q", "-f", "my file.yml" if name[0] == "m" else "compose.yml")
    opened = Path.open

    def refused(path: Path, *words: Any, **more: Any) -> Any:
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *words, **more)

    monkeypatch.setattr(Path, "open", refused)
    result = dcgen(*command.split(), *given)

    named = f"'{name}'" if " " in name else name
    assert (result.exit_code, result.stderr) == (
        3,
        f"{name}: cannot read the file: Permission denied\n  fix: allow it: chmod u+r {named}\n",
    )


def test_folder_is_no_file() -> None:
    result = dcgen("scale", "rng", "2", "-f", ".")

    assert result.exit_code == 1
    assert ": the Compose file is a folder\n  fix: " in result.stderr
