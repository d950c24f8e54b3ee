"""An output in another folder than its source: it means the same, or nothing is written.

What a file means is asked of Compose itself, before and after.
"""

from pathlib import Path
from typing import Any

import pytest

from composefile.project import Project
from tests.dcgen.door import dcgen, names
from tests.lab import composes

MAIN = """\
services:
  web:
    image: web:${TAG:-dev}
    expose: ["80"]
    volumes:
      - ${PWD}/logs:/logs
      - ./${SUB:-a/../b}/conf:/conf
      - pgdata:/data
  db:
    image: postgres
volumes:
  pgdata:
"""
INCLUDED = "services:\n  cache:\n    image: redis:${TAG:-7}\n    volumes: [./data:/data]\n"
COMMANDS = [
    pytest.param(["scale", "web", "2"], "web1", id="scale"),
    pytest.param(["scale", "web", "2", "--dynamic"], "web-replicas", id="dynamic"),
    pytest.param(["ambassador", "db=192.0.2.7:5432"], "web", id="ambassador"),
    pytest.param(["extra-hosts", "db=192.0.2.7"], "web", id="extra-hosts"),
]


@pytest.fixture(autouse=True)
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders: `app`, with a Compose file, and `deploy`; the tests run above them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_PROJECT_NAME", raising=False)
    (tmp_path / "app").mkdir()
    (tmp_path / "deploy").mkdir()
    (tmp_path / "app" / "compose.yml").write_text(MAIN)
    return tmp_path / "app"


def meaning(version: str, folder: Path, *files: str, service: str) -> dict[str, Any]:
    """Return what Compose makes of the parts that no transform here changes."""
    whole = composes.config(version, folder, *files, name="")
    kept = ("image", "volumes", "environment", "env_file", "build")
    one = {key: value for key, value in whole["services"][service].items() if key in kept}
    return {"service": one, "name": whole["name"], "volumes": whole.get("volumes")}


def same(tmp_path: Path, command: list[str], after: str, files: tuple[str, ...]) -> None:
    given = [word for file in files for word in ("-f", file)]
    result = dcgen(*command, *given, "-o", "deploy/g.yml")
    assert result.exit_code == 0, result.stderr

    for version in composes.COMPOSE_2:
        before = meaning(version, tmp_path, *files, service="web")
        assert meaning(version, tmp_path, "deploy/g.yml", service=after) == before


@pytest.mark.parametrize(("command", "after"), COMMANDS)
def test_project_volumes_and_paths_are_the_same_there(
    tmp_path: Path, command: list[str], after: str
) -> None:
    same(tmp_path, command, after, ("app/compose.yml",))

    assert composes.config("2.40", tmp_path, "deploy/g.yml", name="")["name"] == "app"


def test_several_files_take_all_from_the_folder_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "more.yml").write_text(
        "services:\n  web:\n    volumes: [./more:/more]\n    build: ../src\n"
    )

    same(tmp_path, ["scale", "web", "2"], "web1", ("app/compose.yml", "infra/more.yml"))


def test_included_and_extended_files_are_found_from_there(app: Path) -> None:
    for folder in ("base", "cache"):
        (app / folder).mkdir()
    (app / "cache" / "compose.yml").write_text(INCLUDED)
    (app / "base" / "base.yml").write_text(MAIN.replace("expose", "build: ./src\n    expose"))
    (app / "compose.yml").write_text(
        "include: [cache/compose.yml]\nservices:\n"
        "  web:\n    extends: {file: base/base.yml, service: web}\nvolumes:\n  pgdata:\n"
    )

    same(app.parent, ["scale", "web=2"], "web1", ("app/compose.yml",))
    same(app.parent, ["ambassador", "cache=192.0.2.7:6379"], "web1", ("app/compose.yml",))


NAMES = ["My App", "_x-1", "1a", "ÄPPchen", "a.b.c", "--a", "A_B-c"]


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("name", NAMES)
def test_project_is_called_as_compose_calls_it(tmp_path: Path, version: str, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "compose.yml").write_text(MAIN)

    assert Project(folder).name == composes.config(version, folder, name="")["name"]


@pytest.mark.parametrize("env", ["UNUSED=1\n", "", "# TAG=1\n"])
def test_env_file_that_the_file_does_not_use_is_no_reason(app: Path, env: str) -> None:
    (app / ".env").write_text(env)

    same(app.parent, ["scale", "web", "2"], "web1", ("app/compose.yml",))


def test_env_file_with_the_same_values_there_is_no_reason(app: Path) -> None:
    for folder in (app, app.parent / "deploy"):
        (folder / ".env").write_text("TAG=1.2\n")

    same(app.parent, ["scale", "web", "2"], "web1", ("app/compose.yml",))


def test_name_that_env_gives_the_project_is_kept(app: Path) -> None:
    (app / ".env").write_text("COMPOSE_PROJECT_NAME=shop\n")

    same(app.parent, ["scale", "web", "2"], "web1", ("app/compose.yml",))


def test_environment_still_names_the_project(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "deploy/g.yml")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "other")

    env = {"COMPOSE_PROJECT_NAME": "other"}
    found = composes.config("2.40", app.parent, "deploy/g.yml", name="", env=env)

    assert found["name"] == "other"


def test_file_that_names_the_project_is_not_named_again(app: Path) -> None:
    (app / "compose.yml").write_text(f"name: shop\n{MAIN}")

    same(app.parent, ["scale", "web", "2"], "web1", ("app/compose.yml",))

    assert (app.parent / "deploy" / "g.yml").read_text().count("name: shop") == 1


def test_link_to_the_folder_is_another_name_and_no_other_folder(app: Path) -> None:
    (app / ".env").write_text("TAG=1.2\n")
    (app / "compose.yml").write_text(MAIN.replace("${PWD}/logs", "${LOGS:-./logs}"))
    (app.parent / "deploy").rmdir()
    (app.parent / "deploy").symlink_to(app)

    assert dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "deploy/g.yml").exit_code == 0

    found = composes.config("2.40", app.parent, "deploy/g.yml", name="")
    assert (found["name"], found["services"]["web1"]["image"]) == ("app", "web:1.2")


def test_refresh_and_undo_keep_the_name(app: Path) -> None:
    there = ["-o", "deploy/g.yml"]
    source = ["-f", "app/compose.yml", *there]
    assert dcgen("scale", "web", "2", *source).exit_code == 0
    assert dcgen("ambassador", "db=192.0.2.7:5432", *source).exit_code == 0
    assert dcgen("refresh", *there).exit_code == 0
    assert dcgen("undo", "web", *there).exit_code == 0

    text = (app.parent / "deploy" / "g.yml").read_text()
    assert "web1" not in text
    assert "name: app\n" in text


REFUSED = [
    pytest.param({"app/.env": "TAG=1.2\n"}, "app/.env: TAG would", id="a variable of .env"),
    pytest.param({"deploy/.env": "TAG=9\n"}, "app/.env: TAG would", id="one of another .env"),
    pytest.param({"app/.env": "COMPOSE_PROFILES=dev\n"}, "COMPOSE_PROFILES would", id="profiles"),
    pytest.param(
        {"deploy/.env": "COMPOSE_PROJECT_NAME=x\n"}, "COMPOSE_PROJECT_NAME would", id="another name"
    ),
    pytest.param(
        {
            "app/.env": "COMPOSE_PROJECT_NAME=x\n",
            "app/compose.yml": f"name: shop\n{MAIN}",
        },
        "COMPOSE_PROJECT_NAME would",
        id="a name that wins over that of the file",
    ),
    pytest.param(
        {
            "app/.env": "PORT=1\n",
            "app/web.env": "URL=http://x:${PORT}\n",
            "app/compose.yml": MAIN.replace("expose", "env_file: web.env\n    expose"),
        },
        "app/.env: PORT would",
        id="a variable in an env_file",
    ),
    pytest.param(
        {
            "app/.env": "TOP=1\n",
            "app/cache.yml": INCLUDED,
            "app/compose.yml": f"include: [cache.yml]\n{MAIN}",
        },
        "app/.env: TOP would",
        id="included files may use any",
    ),
    pytest.param(
        {"app/compose.yml": MAIN.replace("${PWD}/logs", "${LOGS:-./logs}")},
        "compose.yml:6: '${LOGS:-./logs}' is './logs' by default, and would start from deploy",
        id="a path that is relative by default",
    ),
]


@pytest.mark.parametrize(("files", "what"), REFUSED)
def test_what_would_change_there_is_refused(
    tmp_path: Path, files: dict[str, str], what: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    result = dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "deploy/g.yml")

    assert result.exit_code == 1
    assert what in result.stderr
    assert "  fix: write it beside its source: `-o app/g.yml`\n" in result.stderr
    assert "g.yml" not in names(tmp_path / "deploy")
    assert dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "app/g.yml").exit_code == 0


def test_v1_file_cannot_name_the_project_and_that_is_said(app: Path) -> None:
    (app / "compose.yml").write_text("web:\n  image: web\n  ports: ['8000:80']\n")

    result = dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "deploy/g.yml")

    assert "the project is called 'deploy' there, not 'app'" in result.stderr
    assert "  fix: call it so: `docker-compose -p app`\n" in result.stderr


def test_path_of_which_nothing_is_known_is_warned_about(app: Path) -> None:
    (app / "compose.yml").write_text(MAIN.replace("${PWD}/logs", "${LOGS}/x"))

    result = dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "deploy/g.yml")

    assert "'${LOGS}/x' would start from deploy if it were a relative path" in result.stderr


@pytest.mark.parametrize("version", composes.COMPOSE_2)
def test_standard_output_is_run_with_the_folder_that_is_said(app: Path, version: str) -> None:
    (app / ".env").write_text("TAG=1.2\n")
    result = dcgen("scale", "web", "2", "-f", "app/compose.yml", "-o", "-")
    (app.parent / "deploy" / "g.yml").write_text(result.stdout)

    assert "docker compose --project-directory app -f - up -d\n" in result.stderr
    words = ("--project-directory", "app")
    found = composes.config(version, app.parent, "deploy/g.yml", words=words, name="")

    assert (found["name"], found["services"]["web1"]["image"]) == ("app", "web:1.2")
