"""The script that asks HAProxy's runtime socket in a container, run here with what an image has."""

import shutil
import subprocess
from pathlib import Path

import pytest

from engine.live.running import PERL, SCRIPT, unanswered
from lb.runtime import rows
from tests.engine.test_runtime import Balanced, balanced, started
from tests.lb.processes import needs

__all__ = ["balanced", "started"]  # fixtures

pytestmark = needs("haproxy")


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("perl", id="perl, as in the image on Debian"),
        pytest.param("socat", id="socat, where somebody added it"),
    ],
)
def test_the_script_for_containers_reaches_the_socket(
    balanced: Balanced, tmp_path: Path, program: str
) -> None:
    if not shutil.which(program):
        pytest.skip(f"no {program} on PATH")
    only = tmp_path / "bin"
    only.mkdir()
    for name in (program, "sh"):
        (only / name).symlink_to(str(shutil.which(name)))

    def ask(line: str) -> str:
        words = ["sh", "-c", SCRIPT, "sh", str(balanced.socket), line, PERL]
        ended = subprocess.run(
            words, capture_output=True, text=True, check=True, timeout=60, env={"PATH": str(only)}
        )
        return ended.stdout

    assert [row.key for row in rows(ask)] == [row.key for row in balanced.live.rows()]


def test_an_image_with_nothing_that_opens_a_socket_is_named_as_the_reason(
    balanced: Balanced, tmp_path: Path
) -> None:
    only = tmp_path / "bin"
    only.mkdir()
    for name in ("sh", "grep"):
        (only / name).symlink_to(str(shutil.which(name)))
    words = ["sh", "-c", SCRIPT, "sh", str(balanced.socket), "show stat", PERL]

    ended = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, env={"PATH": str(only)}
    )
    error = unanswered("rng-1", ended.stderr)

    assert ended.returncode == 127
    assert "its image has neither perl nor socat" in error.what
    assert "--lb-image haproxy:" in (error.fix or "")


def test_the_script_says_that_there_is_no_socket(tmp_path: Path) -> None:
    words = ["sh", "-c", SCRIPT, "sh", str(tmp_path / "none"), "show stat", PERL]

    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode
    assert "No such file" in ended.stderr
