"""`dcgen kubernetes --diff` and `dcgen swarm --diff`: what would change on the disk."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main

SERVICES = """\
services:
  web: {image: nginx, ports: ["80:80"], secrets: [key], configs: [page]}
  cache: {image: redis}
secrets: {key: {file: ./key.txt}}
configs: {page: {content: one}}
"""
MANIFESTS = ("kubernetes", "--secrets", "generate", "-q")
STACK = ("swarm", "-o", "stack.yml", "-q")
COMMANDS = [pytest.param(MANIFESTS, id="kubernetes"), pytest.param(STACK, id="swarm")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(SERVICES)
    (tmp_path / "key.txt").write_text("hidden-1")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def held(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS)
def test_all_is_new_and_nothing_is_written(folder: Path, command: tuple[str, ...]) -> None:
    before = held(folder)
    result = run(*command, "--diff")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("--- /dev/null\n+++ ")
    assert "image: nginx\n" in result.stdout
    assert held(folder) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_current_has_no_diff(folder: Path, command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 0
    before = held(folder)

    assert (run(*command, "--diff").stdout, held(folder)) == ("", before)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_changed_line_is_a_line_less_and_a_line_more(
    folder: Path, command: tuple[str, ...]
) -> None:
    assert run(*command).exit_code == 0
    (folder / "compose.yml").write_text(SERVICES.replace("image: redis", "image: valkey"))
    before = held(folder)
    result = run(*command, "--diff")

    changed = [line for line in result.stdout.splitlines() if line[0] in "-+"]
    assert [line.split()[-1] for line in changed[2:]] == ["redis", "valkey"]
    assert changed[0].split()[1] == changed[1].split()[1]
    assert held(folder) == before


def test_a_file_that_would_leave_the_folder_is_removed_in_the_diff(folder: Path) -> None:
    assert run(*MANIFESTS).exit_code == 0
    (folder / "compose.yml").write_text(SERVICES.replace("  cache: {image: redis}\n", ""))
    result = run(*MANIFESTS, "--diff")

    assert "--- kubernetes/cache.yaml\n+++ /dev/null\n" in result.stdout
    assert (folder / "kubernetes/cache.yaml").exists()


def test_a_secret_is_not_shown(folder: Path) -> None:
    assert "kubernetes/secrets.yaml changes" in run(*MANIFESTS, "--diff").stdout
    assert run(*MANIFESTS).exit_code == 0
    (folder / "key.txt").write_text("hidden-2")
    result = run(*MANIFESTS, "--diff")

    assert "kubernetes/secrets.yaml changes" in result.stdout
    assert "hidden" not in result.stdout


@pytest.mark.parametrize("words", ["kubernetes --one-file", "kubernetes -o -", "swarm"])
def test_what_is_printed_has_nothing_to_compare_with(words: str) -> None:
    result = run(*words.split(), "--diff")

    assert (result.exit_code, "`--diff`" in result.stderr) == (2, True)
