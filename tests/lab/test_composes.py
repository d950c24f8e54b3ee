"""Each version of Compose answers what it makes of files, without an Engine."""

from pathlib import Path

import pytest

from tests.lab import composes, packages, today
from tests.lab.commands import CommandError, run

SERVICE = "image: alpine:3\n    ports: ['80:8080']\n    environment: {A: b}\n"
FILES = {
    "1.29": "version: '3.8'\nservices:\n  web:\n    " + SERVICE,
    "2.26": "services:\n  web:\n    " + SERVICE,
    "2.40": "services:\n  web:\n    " + SERVICE,
}


@pytest.mark.parametrize("version", composes.VERSIONS)
def test_config_is_what_that_version_makes_of_the_files(version: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILES[version])
    (tmp_path / "b.yml").write_text(FILES[version].replace("{A: b}", '{C: "${D}"}'))

    found = composes.config(version, tmp_path, "a.yml", "b.yml", env={"D": "e"})

    assert found["services"]["web"]["environment"] == {"A": "b", "C": "e"}


@pytest.mark.parametrize("version", composes.VERSIONS)
def test_refused_files_are_an_error_with_the_words_of_compose(version: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("services: {web: {imgae: alpine}}\n")

    with pytest.raises(CommandError, match="imgae"):
        composes.config(version, tmp_path, "a.yml")


@pytest.mark.parametrize("version", composes.COMPOSE_2)
def test_the_program_is_of_the_version_that_was_asked_for(version: str) -> None:
    said = run(composes.require(version), "version", "--short")

    assert said.startswith(version)


def test_a_cache_without_the_docker_of_today_says_so(tmp_path: Path) -> None:
    assert not today.there(tmp_path)
    assert today.folder(packages.cache()).parent == packages.cache()


def test_the_docker_of_today_is_the_program_itself() -> None:
    composes.require("2.40")

    assert "28." in run(today.folder(packages.cache()) / "bin" / "docker", "--version")
