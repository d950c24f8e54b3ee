"""`dcgen sample`: DockerCoins in a folder of one's own."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def dcgen(
    *words: str | Path, cwd: Path, most_bytes: int = resource.RLIM_INFINITY
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dcgen", *words]
    return subprocess.run(
        command,
        cwd=cwd,
        text=True,
        capture_output=True,
        check=False,
        # A file of more bytes cannot be written, as on a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)),
    )


def test_sample_is_dockercoins_file_by_file(tmp_path: Path) -> None:
    result = dcgen("sample", "coins", cwd=tmp_path)

    assert (result.returncode, result.stderr) == (0, "")
    source = ROOT / "dockercoins"
    wanted = {
        path.relative_to(source): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and path.name != "__init__.py" and "__pycache__" not in path.parts
    }
    found = {
        path.relative_to(tmp_path / "coins"): path.read_bytes()
        for path in (tmp_path / "coins").rglob("*")
        if path.is_file()
    }
    assert found == wanted


def test_sample_can_be_scaled_at_once(tmp_path: Path) -> None:
    (tmp_path / "coins").mkdir()
    dcgen("sample", "coins", cwd=tmp_path)

    result = dcgen("scale", "rng", "3", cwd=tmp_path / "coins")

    assert result.returncode == 0, result.stderr
    assert (tmp_path / "coins/generated.yml").exists()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_is_left_alone(tmp_path: Path, kind: str) -> None:
    taken = tmp_path / "taken"
    if kind == "folder":
        taken.mkdir()
        (taken / "mine").write_text("mine")
    elif kind == "file":
        taken.write_text("mine")
    else:
        taken.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))

    result = dcgen("sample", "taken", cwd=tmp_path)

    assert result.returncode == 1
    assert result.stderr == (
        "'taken' exists and is not an empty folder\n  fix: name a new folder\n"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    result = dcgen("sample", "file/coins", cwd=tmp_path)

    assert result.returncode == 3
    assert "cannot write the sample into 'file/coins'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("before", ["nothing", "an empty folder"])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, before: str) -> None:
    if before == "an empty folder":
        (tmp_path / "coins").mkdir()
    there = sorted(tmp_path.iterdir())

    result = dcgen("sample", "coins", cwd=tmp_path, most_bytes=200)

    assert result.returncode == 3
    assert result.stderr.startswith("cannot write the sample into 'coins': File too large\n  fix: ")
    assert sorted(tmp_path.rglob("*")) == there
