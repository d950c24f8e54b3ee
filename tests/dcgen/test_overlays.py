"""A variant that is put on top of its sources is run with them, and never alone."""

from pathlib import Path

import pytest

from dcgen.commands.target import find, target
from dcgen.commands.watch import sources_of
from faults import UserError
from tests.dcgen.door import COINS, dcgen

ALONE = "generated.yml: the file is put on top of others: alone it says a part of what runs\n"


@pytest.fixture(autouse=True)
def overlay(coins: Path) -> Path:
    """Return an overlay of the file of this folder."""
    (coins / "compose.yml").write_text(COINS.replace("build: rng", "image: rng"))
    dcgen("scale", "rng", "2", "--overlay", "-q")
    return coins / "generated.yml"


def names(*files: str) -> list[str]:
    return [service.name for service in target(files, "process", (), starting=True).variant()]


def test_all_services_run() -> None:
    assert sorted(names()) == ["hasher", "redis", "rng", "rng1", "rng2", "worker"]
    assert names("compose.yml", "generated.yml") == names()


def test_a_variant_of_a_provider_runs_behind_its_sources_too() -> None:
    dcgen("scale", "rng", "2", "--provider", "--fresh", "-q")

    assert find(()) == [Path("compose.yml"), Path("generated.yml")]


def test_sources_are_found_from_another_folder(overlay: Path, monkeypatch) -> None:
    (overlay.parent / "below").mkdir()
    monkeypatch.chdir(overlay.parent / "below")

    assert find(()) == [Path("../compose.yml"), Path("../generated.yml")]


def test_a_list_that_names_the_overlay_leads_to_the_same_files(monkeypatch) -> None:
    monkeypatch.setenv("COMPOSE_FILE", "compose.yml:generated.yml")

    assert find(()) == [Path("compose.yml"), Path("generated.yml")]


def test_a_source_that_is_gone_is_said(overlay: Path) -> None:
    (overlay.parent / "compose.yml").unlink()

    with pytest.raises(UserError, match="does not exist"):
        find(())


def test_a_whole_variant_runs_alone() -> None:
    dcgen("scale", "rng", "2", "--fresh", "-q")

    assert find(()) == [Path("generated.yml")]


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        pytest.param("up --engine process", "-f compose.yml -f generated.yml", id="run"),
        pytest.param("ps", "-f compose.yml -f generated.yml", id="looked at"),
        pytest.param("lb status --kubernetes", "-f compose.yml -f generated.yml", id="a cluster"),
        pytest.param("kubernetes", "-f compose.yml -f generated.yml", id="manifests"),
        pytest.param("swarm", "-f compose.yml -f generated.yml", id="a stack"),
        pytest.param("scale rng 3", "-f compose.yml -o generated.yml", id="changed"),
    ],
)
def test_an_overlay_alone_is_refused(overlay: Path, words: str, fix: str) -> None:
    before = overlay.read_text()

    result = dcgen(*words.split(), "-f", "generated.yml")

    assert (result.exit_code, result.stderr) == (1, f"{ALONE}  fix: give {fix}\n")
    assert overlay.read_text() == before


def test_what_an_overlay_was_made_from_is_watched(overlay: Path) -> None:
    found = target((), "process", (), starting=True)

    assert sources_of(found) == [overlay.parent / name for name in (".env", "compose.yml")]
