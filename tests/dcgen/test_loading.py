"""What a command loads: only what it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import sys
from dcgen.cli import main
try:
    main(sys.argv[1:], prog_name="dcgen")
except SystemExit:
    pass
print("LOADED", *sorted(sys.modules))
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """Return the names of the modules that ``dcgen`` with *words* has loaded when it ends."""
    command = [sys.executable, "-c", LOADED, *words]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(ended.stdout.rpartition("LOADED")[2].split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "services:\n  rng: {image: app, expose: [80]}\n"
    (tmp_path / "compose.yml").write_text(text)
    return tmp_path


def test_rendering_loads_jinja(folder: Path) -> None:
    assert {"jinja2", "generator"} <= loaded(folder, "scale", "rng", "2", "-o", "-")


HEAVY = ("engine.process", "generator", "jinja2")


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("help",),
        ("up", "--help"),
        ("rollout", "--help"),
        ("lb", "--help"),
        ("lb", "status", "--help"),
        ("ps",),
        ("logs",),
        ("stop",),
        ("down",),
    ],
    ids=" ".join,
)
def test_looking_loads_no_process_engine_no_generator_and_no_jinja(
    folder: Path, words: tuple[str]
) -> None:
    found = loaded(folder, *words)

    assert "dcgen.cli" in found
    assert [name for name in found if name.startswith(HEAVY)] == []


@pytest.mark.parametrize(
    "words", [("up", "-d"), ("ps",), ("logs",), ("stop",), ("down",)], ids=" ".join
)
def test_a_command_on_docker_loads_no_process_engine(
    folder: Path, words: tuple[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = folder / "docker"
    docker.write_text("#!/bin/sh\necho 28.0 >> asked\ncase $1 in ps) ;; *) echo 28.0 ;; esac\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    found = loaded(folder, *words, "--engine", "docker")

    assert (folder / "asked").is_file()
    assert [name for name in found if name.startswith(HEAVY)] == []


def test_the_list_of_subcommands_loads_no_subcommand(folder: Path) -> None:
    found = loaded(folder, "lb", "--help")

    assert [name for name in found if name.startswith("dcgen.commands.lb.")] == []


def test_the_list_of_commands_loads_no_command(folder: Path) -> None:
    assert [name for name in loaded(folder, "--help") if name.startswith("dcgen.commands")] == []
