"""A folder with a Compose file in it, which is the current one."""

from pathlib import Path

import pytest

from tests.dcgen.door import COINS


@pytest.fixture
def coins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds DockerCoins as ``compose.yml``."""
    (tmp_path / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    return tmp_path
