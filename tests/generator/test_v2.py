"""Files of the 2.x formats: docker-compose 1.x reads them, and knows no `configs: … content:`."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

SOURCE = """\
version: "{}"
services:
  web:
    image: web
    ports: ["80:80"]
  two:
    image: two
    expose: ["81", "82"]
  db:
    image: postgres
  job:
    image: job
    depends_on: [web]
secrets:
  word:
    file: ./word.txt
"""
WITH_ARGUMENTS = ["scale web 2", "ambassador web=192.0.2.7:80", "ambassador db=192.0.2.7:5432"]
WITH_A_CONFIGURATION = [
    "scale web 2 --lb-config inline",
    "scale web 2 --mode http",
    "scale web 2 --dynamic",
    "scale web 2 --stats 8404 --stats-secret word",
    "scale two 2",
    "ambassador db=192.0.2.7:5432 --threads 3",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "word.txt").write_text("word")
    return tmp_path


@pytest.mark.parametrize("command", [*WITH_ARGUMENTS, *WITH_A_CONFIGURATION])
@pytest.mark.parametrize("version", composes.VERSIONS)
def test_old_and_new_compose_read_it(folder: Path, version: str, command: str) -> None:
    (folder / "compose.yml").write_text(SOURCE.format("2.4"))

    result = dcgen(*command.split())
    name = command.split()[1].partition("=")[0]
    service = composes.config(version, folder, "generated.yml")["services"][name]

    assert result.exit_code == 0, result.stderr
    assert "configs" not in (folder / "generated.yml").read_text()
    assert service["image"] == ("jpetazzo/hamba" if command in WITH_ARGUMENTS else "haproxy:3.0")
    assert ("docker-compose 1.x" in result.stderr) == (command in WITH_ARGUMENTS)


@pytest.mark.parametrize("command", [*WITH_ARGUMENTS, *WITH_A_CONFIGURATION])
def test_it_is_made_again_in_the_same_way(folder: Path, command: str) -> None:
    (folder / "compose.yml").write_text(SOURCE.format("2.4"))
    dcgen(*command.split())

    words = command.split(" --", maxsplit=1)[0].split()
    again = dcgen(*words, "-f", "generated.yml", "--check")

    assert again.exit_code == 0, again.stderr


@pytest.mark.parametrize("written", ["2", "2.0"])
def test_every_2_x_is_one(folder: Path, written: str) -> None:
    (folder / "compose.yml").write_text(SOURCE.format(written))
    dcgen("scale", "web", "2")

    assert "image: jpetazzo/hamba\n" in (folder / "generated.yml").read_text()


def test_a_later_format_has_a_configuration(folder: Path) -> None:
    (folder / "compose.yml").write_text(SOURCE.format("3.8"))

    result = dcgen("scale", "web", "2")

    assert "configs:\n" in (folder / "generated.yml").read_text()
    assert "warning" not in result.stderr


def test_the_v1_format_says_which_image_it_gets_and_why(folder: Path) -> None:
    (folder / "compose.yml").write_text("web:\n  image: web\n  ports: ['80']\n")

    assert dcgen("scale", "web", "2").stderr.splitlines()[:2] == [
        "warning: compose.yml:1: the HAProxy of 'web' is jpetazzo/hamba, which is configured by its"
        " command: docker-compose 1.x, which reads the v1 format, knows no inline configuration",
        "  fix: give `--lb-config inline` to have the official image",
    ]


def test_a_secret_that_cannot_be_read_ends_it(folder: Path) -> None:
    (folder / "compose.yml").write_text(SOURCE.format("2.4"))
    dcgen("scale", "web", "2", "--stats", "8404", "--stats-secret", "word")

    command = composes.config("2.40", folder, "generated.yml")["services"]["web"]["command"]

    assert ";" not in command[-1]
    assert command[-1].count(" && ") == 3
