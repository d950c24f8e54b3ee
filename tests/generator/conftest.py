"""What the tests of a generated file are given."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main
from tests.generator.stack import Swarm


@pytest.fixture
def swarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Swarm:
    """Give a function that runs `dcgen swarm` on a text, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str) -> Result:
        (tmp_path / "compose.yml").write_text(text)
        return CliRunner().invoke(main, ["swarm", *options])

    return run
