"""`dcgen watch` refuses what does not change or has no images; the rest real Engines show."""

import subprocess
import sys
from pathlib import Path

import pytest

from dcgen.commands.compose import HOST_FAILED
from tests.dcgen.door import dcgen


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["-f", "-"], 2, "standard input does not change", id="standard input"),
        pytest.param(
            ["--engine", "process"], 2, "processes have no images to build", id="processes"
        ),
        pytest.param(["-f", "none.yml"], 1, "none.yml", id="no file"),
        pytest.param(["--host", "unix:///none.sock"], 3, "unix:///none.sock", id="no Docker"),
    ],
)
def test_what_cannot_be_watched_is_said(
    coins: Path, words: list[str], code: int, said: str
) -> None:
    before = sorted(coins.iterdir())
    done = dcgen("watch", *words)

    assert (done.exit_code, said in done.stderr, "fix: " in done.stderr) == (code, True, True)
    assert sorted(coins.iterdir()) == before


def test_it_ends_as_the_up_that_it_begins_with(coins: Path) -> None:
    hosts = ("--host", "tcp://127.0.0.1:1", "--host", "tcp://127.0.0.1:2")
    command = [sys.executable, "-m", "dcgen", "watch", *hosts]

    done = subprocess.run(command, cwd=coins, capture_output=True, text=True, check=False)

    assert done.returncode == HOST_FAILED
    assert done.stderr.splitlines()[-1] == f"failed on {hosts[1]}, {hosts[3]}"
