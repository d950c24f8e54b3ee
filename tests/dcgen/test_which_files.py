"""Which files are read: those that `docker compose` reads, in its order, and one line says so."""

import os
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

MAIN = """services:
  web:
    image: web
    environment: {FROM: main}
    expose: ["${PORT:-80}"]
"""
MORE = "services:\n  web:\n    environment: {{FROM: {0}, {0}: x}}\n    volumes: ['./{0}:/d']\n"
FILES = {
    "compose.yml": MAIN,
    "docker-compose.yml": MAIN.replace("main", "older"),
    "compose.override.yml": MORE.format("new"),
    "docker-compose.override.yml": MORE.format("old"),
    "a.yml": MORE.format("a"),
    "b.yml": MORE.format("b"),
}
CASES = {
    "an override beside compose.yml": (["compose.yml", "compose.override.yml"], {}, ""),
    "an override of the older name": (["compose.yml", "docker-compose.override.yml"], {}, ""),
    "two overrides, of which one counts": (
        ["docker-compose.yml", "docker-compose.override.yml", "compose.override.yml"],
        {},
        "",
    ),
    "COMPOSE_FILE": (
        ["compose.yml", "compose.override.yml", "a.yml"],
        {"COMPOSE_FILE": f"compose.yml{os.pathsep}a.yml"},
        "",
    ),
    "COMPOSE_FILE of .env": (
        ["compose.yml", "compose.override.yml", "a.yml"],
        {},
        "COMPOSE_FILE=compose.yml:a.yml",
    ),
    "COMPOSE_FILE with a separator": (
        ["compose.yml", "a.yml", "b.yml"],
        {},
        "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=compose.yml,b.yml,a.yml",
    ),
    "the environment before .env": (
        ["compose.yml", "a.yml", "b.yml"],
        {"COMPOSE_FILE": "compose.yml:b.yml"},
        "COMPOSE_FILE=compose.yml:a.yml",
    ),
}


def put(folder: Path, names: list[str], dotenv: str = "") -> None:
    for name in names:
        (folder / name).write_text(FILES[name])
    if dotenv:
        (folder / ".env").write_text(dotenv + "\n")


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize(
    ("names", "env", "dotenv"), [pytest.param(*CASES[case], id=case) for case in CASES]
)
def test_the_replicas_say_what_compose_makes_of_the_service(
    folder, monkeypatch, version, names, env, dotenv
) -> None:
    put(folder, names, dotenv)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    wanted = composes.config(version, folder, env=env)["services"]["web"]

    result = dcgen("scale", "web", "2")
    found = composes.config(version, folder, "generated.yml")["services"]["web1"]

    assert result.exit_code == 0, result.stderr
    assert found["environment"] == wanted["environment"]
    assert found["volumes"] == wanted["volumes"]


def test_one_line_says_which_files_were_read(folder: Path) -> None:
    put(folder, ["compose.yml", "compose.override.yml"])

    lines = dcgen("scale", "web", "2").stderr.splitlines()
    quiet = dcgen("scale", "web", "2", "-q").stderr

    assert lines[0] == "read compose.yml, compose.override.yml"
    assert quiet == ""


def test_one_file_is_not_worth_a_line(folder: Path) -> None:
    put(folder, ["compose.yml"])

    assert "read " not in dcgen("scale", "web", "2").stderr


def test_an_overlay_is_run_with_all_the_files(folder: Path) -> None:
    put(folder, ["compose.yml", "compose.override.yml"])

    said = dcgen("scale", "web", "2", "--overlay").stderr

    assert "-f compose.yml -f compose.override.yml -f generated.yml up -d" in said


def test_files_above_are_named_from_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, ["compose.yml", "compose.override.yml"])
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")

    lines = dcgen("scale", "web", "2", "--overlay").stderr.splitlines()

    assert lines[0] == "read ../compose.yml, ../compose.override.yml"
    assert lines[-1].endswith(
        "-f ../compose.yml -f ../compose.override.yml -f ../generated.yml up -d"
    )


@pytest.mark.parametrize("by", ["option", "environment"])
def test_an_env_file_takes_the_place_of_dotenv(folder: Path, monkeypatch, by: str) -> None:
    put(folder, ["compose.yml"], "PORT=7000")
    (folder / "one.env").write_text("PORT=8000\nHERE=9000\n")
    (folder / "two.env").write_text("PORT=${HERE}\n")
    words = ["--env-file", "one.env", "--env-file", "two.env"] if by == "option" else []
    if not words:
        monkeypatch.setenv("COMPOSE_ENV_FILES", "one.env,two.env")

    dcgen("scale", "web", "2", *words)

    # The port is decided when it is started; the backend is named after that of today.
    assert "default_backend web-9000\n" in (folder / "generated.yml").read_text()
    assert ("COMPOSE_ENV_FILES" in os.environ) is (by == "environment")


def test_an_env_file_that_is_not_there_is_said(folder: Path) -> None:
    put(folder, ["compose.yml"])

    result = dcgen("scale", "web", "2", "--env-file", "missing.env")

    assert result.exit_code == 1
    assert (
        "missing.env: the file does not exist\n  fix: give an existing file by `--env-file`"
        in result.stderr
    )


def test_files_in_the_v1_format_are_merged_as_compose_1_29_does(folder: Path) -> None:
    (folder / "docker-compose.yml").write_text(
        "web:\n  image: a\n  expose: ['80']\n  environment: [A=b, C=d]\n  dns: 192.0.2.1\n"
    )
    (folder / "docker-compose.override.yml").write_text(
        "web:\n  environment: {C: e}\n  dns: [192.0.2.2]\n  volumes: ['/d:/d']\nnew:\n  image: b\n"
    )
    wanted = composes.config("1.29", folder)["services"]

    assert dcgen("scale", "web", "2").exit_code == 0
    found = composes.config("1.29", folder, "generated.yml")["services"]

    assert found["new"] == wanted["new"]
    assert {key: found["web1"][key] for key in wanted["web"] if key != "expose"} == {
        key: value for key, value in wanted["web"].items() if key != "expose"
    }


def test_processes_run_what_several_files_make_together(folder: Path) -> None:
    (folder / "Dockerfile").write_text(
        "FROM python\nCMD python -u -c 'print(open(\"/dev/null\"))'\n"
    )
    (folder / "compose.yml").write_text("services:\n  one:\n    build: .\n    command: 'false'\n")
    (folder / "compose.override.yml").write_text("services:\n  one:\n    command: echo merged\n")

    result = dcgen("up", "--engine", "process", "--for", "20")

    assert "read compose.yml, compose.override.yml" in result.stderr
    assert "merged" in result.stdout + result.stderr


@pytest.mark.parametrize("text", ["", "# to come\n", "{}\n"])
def test_an_override_that_says_nothing_changes_nothing(folder: Path, text: str) -> None:
    put(folder, ["compose.yml"])
    (folder / "alone.yml").write_text(FILES["compose.yml"])
    (folder / "compose.override.yml").write_text(text)

    alone = dcgen("scale", "web", "2", "-f", "alone.yml", "-o", "-").stdout
    both = dcgen("scale", "web", "2", "-o", "-").stdout

    assert both == alone
