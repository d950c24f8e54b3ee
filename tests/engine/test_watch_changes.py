"""Files that change are noticed, however an editor saves them."""

from collections.abc import Callable
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from engine.watch.changes import changes
from tests.lab.waiting import until


def _replaced(file: Path) -> None:
    draft = file.with_name("draft.tmp")
    draft.write_text("another text")
    draft.replace(file)


@pytest.fixture
def seen(tmp_path: Path) -> Callable[[], set[Path]]:
    """Give a function that returns what was noticed in folder ``a`` and of the file ``one``."""
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "inner").mkdir()
    (tmp_path / "one").write_text("a text")
    found: Queue[set[Path]] = Queue()
    noticed: set[Path] = set()

    def collect() -> None:
        for some in changes([folder, folder / "inner"], [tmp_path / "one"]):
            found.put(some)

    def so_far() -> set[Path]:
        while not found.empty():
            noticed.update(found.get())
        return noticed

    Thread(target=collect, daemon=True).start()
    beat = iter(range(10_000))
    until(lambda: (folder / "begun").write_text(str(next(beat))) and so_far(), "it watches")
    return so_far


@pytest.mark.parametrize(
    ("name", "save"),
    [
        pytest.param("a/rng.py", lambda file: file.write_text("x"), id="made"),
        pytest.param("a/inner/deep.py", lambda file: file.write_text("x"), id="below"),
        pytest.param("a/rng.py", _replaced, id="replaced"),
        pytest.param("one", lambda file: file.write_text("x"), id="a single file"),
        pytest.param("one", _replaced, id="a single file, replaced"),
        pytest.param("one", Path.unlink, id="a single file, deleted"),
    ],
)
def test_a_save_is_noticed(
    tmp_path: Path,
    seen: Callable[[], set[Path]],
    name: str,
    save: Callable[[Path], object],
) -> None:
    save(tmp_path / name)

    until(lambda: (tmp_path / name).resolve() in seen(), f"{name} is noticed")


def test_what_only_editors_and_caches_write_is_left_out(
    tmp_path: Path, seen: Callable[[], set[Path]]
) -> None:
    for name in ("__pycache__", ".git"):
        (tmp_path / "a" / name).mkdir()
        (tmp_path / "a" / name / "file").touch()
    (tmp_path / "a" / ".rng.py.swp").touch()
    (tmp_path / "a" / "last").touch()

    until(lambda: (tmp_path / "a" / "last").resolve() in seen(), "the last is noticed")
    assert {file.name for file in seen()} <= {"begun", "last"}
