"""A disk of the lab can be filled, emptied, and taken away whatever happened to who made it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import disk
from tests.lab.commands import CommandError

MIB = 1024 * 1024


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 2 MiB."""
    folder = tmp_path / "data"
    folder.mkdir()
    try:
        disk.mount(folder, 2)
    except CommandError:
        pytest.skip("mounting needs root")
    yield folder
    disk.unmount_below(tmp_path)


def test_a_disk_is_filled_but_for_what_is_left(small: Path) -> None:
    disk.fill(small, MIB)
    (small / "one").write_bytes(os.urandom(MIB // 2))
    with pytest.raises(OSError, match="No space left on device"):
        (small / "two").write_bytes(os.urandom(MIB))
    disk.clear(small)

    assert (small / "two").write_bytes(os.urandom(MIB)) == MIB


def test_it_is_found_by_its_folder_and_taken_away(small: Path) -> None:
    assert small.is_mount()

    disk.unmount_below(small.parent)

    assert not small.is_mount()
