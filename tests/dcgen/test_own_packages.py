"""Somebody's own `engine` or `generator` is not executed by dcgen, wherever it lies."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dcgen.own_packages import NAMES

ROOT = Path(__file__).parents[2]
COMPOSE = "services:\n  rng: {image: app, expose: [80]}\n"


def theirs(folder: Path) -> Path:
    """Write a package of each of our names into *folder*: to execute one fails, and is seen."""
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"raise SystemExit('their {name} was executed')")
    return folder


def dcgen(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (cwd / "compose.yml").write_text(COMPOSE)
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )


WORDS = [
    pytest.param(["scale", "rng", "2", "-o", "-"], "rng2:", id="scale"),
    pytest.param(["ps", "--json", "--engine", "process"], "[]", id="ps"),
    pytest.param(["sample", "coins"], "DockerCoins", id="sample"),
]


@pytest.mark.parametrize(("words", "said"), WORDS)
def test_packages_in_pythonpath_are_not_executed(
    tmp_path: Path, words: list[str], said: str
) -> None:
    path = theirs(tmp_path / "path")
    (tmp_path / "work").mkdir()

    ended = dcgen("-m", "dcgen", *words, cwd=tmp_path / "work", PYTHONPATH=str(path))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert said in ended.stdout


@pytest.mark.parametrize(("words", "said"), WORDS)
def test_packages_in_the_working_folder_are_not_executed(
    tmp_path: Path, words: list[str], said: str
) -> None:
    theirs(tmp_path)

    ended = dcgen("-m", "dcgen", *words, cwd=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert said in ended.stdout


def test_the_command_does_not_execute_them_either(tmp_path: Path) -> None:
    command = str(Path(sys.executable).with_name("dcgen"))
    path = theirs(tmp_path / "path")

    ended = dcgen(command, "scale", "rng", "2", "-o", "-", cwd=tmp_path, PYTHONPATH=str(path))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "rng2:" in ended.stdout


def test_every_package_that_is_installed_is_named() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    included = config["options.packages.find"]["include"].split()

    assert NAMES | {"dcgen"} == {name.rstrip("*") for name in included}
