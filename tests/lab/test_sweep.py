"""Runs that start beside each other find the same left-overs of a dead one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.lab import record
from tests.lab.lab import remove, sweep
from tests.lab.packages import missing

FILES = 3000


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a lab whose run died, large enough to take a while to remove."""
    if missing():
        pytest.skip("the lab's programs are not installed")
    monkeypatch.setattr(record, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(record, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(record, "REMOVAL", tmp_path / "removal")
    folder = record.new_folder()
    for number in range(FILES):
        (folder / str(number)).touch()
    return folder


def test_one_of_two_sweeps_at_once_removes_it_and_none_fails(left: Path) -> None:
    start = Barrier(2)

    def swept() -> list[str]:
        start.wait()
        return sweep()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(swept) for _ in range(2)]
        removed = sorted(one.result() for one in both)

    assert removed == [[], [left.name]]
    assert not left.exists()


def test_a_lab_that_is_gone_is_no_error(left: Path) -> None:
    assert remove(left)
    assert not remove(left)
