"""The current folder of a test, with a Compose file in it or empty, and patience."""

import os
from pathlib import Path

import pytest

from engine.docker import compose as docker
from tests.dcgen.door import COINS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which is empty; the environment says nothing to Compose."""
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def coins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds DockerCoins as ``compose.yml``."""
    (tmp_path / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for an answer of the `docker` that stands in, however slow this machine is."""
    monkeypatch.setattr(docker, "ANSWERS_WITHIN_S", 60.0)
