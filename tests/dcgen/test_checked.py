"""`--check` says by its exit code whether a file is out of date, also beside other options."""

from pathlib import Path

import pytest

from tests.dcgen.door import COINS, dcgen

STALE = "out of date"
ALONE = "detach redis --publish 127.0.0.1:6379"


@pytest.fixture(autouse=True)
def written(coins: Path) -> Path:
    """Return the folder of what each command writes, with all of it."""
    (coins / "compose.yml").write_text(COINS.replace("build: rng", "image: rng"))
    for words in ("scale rng 3", "swarm -o stack.yml", "kubernetes", ALONE):
        dcgen(*words.split(), "-q")
    return coins


@pytest.mark.parametrize(
    "words", ["scale rng 3", "refresh", "swarm -o stack.yml", "kubernetes", ALONE]
)
def test_a_diff_is_shown_and_what_is_stale_is_code_1(written: Path, words: str) -> None:
    current = dcgen(*words.split(), "--check", "--diff", "-q")
    source = written / "compose.yml"
    source.write_text(source.read_text().replace("image: redis", "image: redis:7"))
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}

    stale = dcgen(*words.split(), "--check", "--diff", "-q")

    assert (current.exit_code, current.stderr) == (0, "")
    assert stale.exit_code == 1
    assert STALE in stale.stderr
    assert stale.stdout.startswith("--- ")
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def test_a_change_that_would_be_taken_back_is_stale() -> None:
    result = dcgen("undo", "rng", "--check", "--diff", "-q")

    assert result.exit_code == 1
    assert STALE in result.stderr


@pytest.mark.parametrize("output", ["-", "/dev/null"])
@pytest.mark.parametrize("more", [(), ("--diff",)], ids=["", "diff"])
@pytest.mark.parametrize("words", ["scale rng 3", "detach redis", "swarm"])
def test_a_stream_cannot_be_checked(words: str, output: str, more: tuple[str, ...]) -> None:
    result = dcgen(*words.split(), "--check", "-o", output, *more)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "compares a file, and there is none\n  fix: name it with `-o`" in result.stderr
