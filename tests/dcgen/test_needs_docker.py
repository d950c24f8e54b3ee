"""Options of `dcgen up` that are for containers alone are refused where processes run."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen

OPTIONS = [
    ["--build"],
    ["--renew-anon-volumes"],
    ["--restart-dependents"],
    ["--parallel", "10"],
    ["--healthy-deadline", "5"],
    ["--drain-deadline", "5"],
]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # there is no Docker
    for name in ("DOCKER_HOST", "COMPOSE_FILE", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    Path("compose.yml").write_text("services: {rng: {image: x}}\n")


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        (["--engine", "process"], "use --engine docker"),
        (["--for", "3"], "leave out --for"),
    ],
    ids=["asked for", "because of another option"],
)
def test_they_contradict_processes(words: list[str], asked: list[str], instead: str) -> None:
    done = dcgen("up", *words, *asked)

    assert done.exit_code == 2
    fix = f"leave out {words[0]}, or {instead}"
    assert done.stderr == f"{words[0]} needs Docker\n  fix: {fix}\n"  # before it says that it runs


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_without_docker_it_is_missing(words: list[str]) -> None:
    done = dcgen("up", *words)

    assert done.exit_code == 3
    assert done.stderr.endswith(f"\n  fix: start Docker, or leave out {words[0]}\n")


def test_without_them_processes_are_begun() -> None:
    done = dcgen("up", "--engine", "process")

    assert "needs Docker" not in done.stderr
