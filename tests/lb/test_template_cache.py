"""Templates are compiled once, where Python may keep what it has compiled."""

import sys
from pathlib import Path

import jinja2
import pytest

from lb.template_cache import TemplateCache


def rendered(folder: Path) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), bytecode_cache=TemplateCache(folder)
    )
    return environment.get_template("a.j2").render(name="rng")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)  # whatever runs the tests wants
    (tmp_path / "a.j2").write_text("backend {{ name }}")
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*.cache"))


def test_what_is_kept_is_used_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered(folder)
    assert len(kept(folder)) == 1

    def compiled_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(jinja2.Environment, "compile", compiled_again)
    assert rendered(folder) == first == "backend rng"


def test_a_template_that_changed_is_compiled_again(folder: Path) -> None:
    rendered(folder)
    (folder / "a.j2").write_text("frontend {{ name }}")

    assert rendered(folder) == "frontend rng"


@pytest.mark.parametrize("spoilt", [b"", b"j2", b"x" * 1000])
@pytest.mark.parametrize("start", [0, 20])
def test_a_spoilt_file_is_not_used(folder: Path, spoilt: bytes, start: int) -> None:
    rendered(folder)
    (file,) = kept(folder)
    file.write_bytes(file.read_bytes()[:start] + spoilt)

    assert rendered(folder) == "backend rng"


def test_where_nothing_can_be_kept_nothing_is(folder: Path) -> None:
    (folder / "__pycache__").write_text("no folder")

    assert rendered(folder) == "backend rng"


def test_who_wants_no_compiled_files_gets_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert rendered(folder) == "backend rng"
    assert kept(folder) == []
