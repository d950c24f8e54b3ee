"""Errors, warnings and diffs are coloured where a terminal shows them, and nowhere else."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dcgen.cli import main
from tests.dcgen.door import COINS

CASES = [
    pytest.param(["scale", "nope", "2"], ["\x1b[31m", "\x1b[32m"], id="an error and its fix"),
    pytest.param(["scale", "rng", "2"], ["\x1b[33mwarning:"], id="a warning"),
    pytest.param(
        ["scale", "rng", "2", "--diff"], ["\x1b[31m-", "\x1b[32m+", "\x1b[36m@@"], id="a diff"
    ),
]


@pytest.mark.parametrize(("words", "codes"), CASES)
def test_colors_are_for_a_terminal_that_wants_them(
    coins: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], codes: list[str]
) -> None:
    (coins / "compose.yml").write_text(COINS.replace("build: rng", "image: redis"))
    monkeypatch.delenv("NO_COLOR", raising=False)

    shown = CliRunner().invoke(main, words, color=True).output
    piped = CliRunner().invoke(main, words).output
    monkeypatch.setenv("NO_COLOR", "1")
    plain = CliRunner().invoke(main, words, color=True).output

    assert [code for code in codes if code not in shown] == []
    assert click.unstyle(shown) == piped == plain
    assert "\x1b" not in piped
