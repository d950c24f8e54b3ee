"""Profiles: a variant starts what its source started, by COMPOSE_PROFILES of either place."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

SOURCE = """\
services:
  web: {image: web, expose: [80]}
  db: {image: db, expose: [5432], profiles: [full, data]}
  job: {image: job, profiles: [never], environment: {DB: "db:5432"}}
"""
COMMANDS = {
    "scale db 2": {"db", "db1", "db2"},
    "scale db 2 --dynamic": {"db", "db-replicas"},
    "ambassador db=192.0.2.7:5432": {"db"},
    "detach job -o generated.yml": set(),
}


@pytest.mark.parametrize("place", [".env", "the environment"])
@pytest.mark.parametrize("chosen", ["", "full", "never,data"])
@pytest.mark.parametrize("command", list(COMMANDS))
def test_what_is_started_is_what_was_started(
    command: str, chosen: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(SOURCE)
    env = {"COMPOSE_PROFILES": chosen} if place != ".env" else {}
    if place == ".env":
        (tmp_path / ".env").write_text(f"COMPOSE_PROFILES={chosen}\n")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    was = set(composes.config("2.40", tmp_path, env=env)["services"])

    result = dcgen(*command.split())
    now = set(composes.config("2.40", tmp_path, "generated.yml", env=env)["services"])

    assert result.exit_code == 0, result.stderr
    if "detach" in command:
        assert now == {"job"}  # alone, it is started whatever its profiles were
    else:
        assert now == was - {"db"} | (COMMANDS[command] if "db" in was else set())
