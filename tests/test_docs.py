"""The documentation cannot lie: its commands exist, and `make lint` runs its examples again."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dcgen.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONTEXT = click.Context(main, **main.context_settings)
COMMANDS = main.list_commands(CONTEXT)
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def said(program: str) -> list[object]:
    """Return each call of *program* that a page shows, as pytest parameters."""
    calls = {}
    for page in PAGES:
        text = page.read_text()
        blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        lines = re.findall(r"^\$ (.+)$", blocks, re.MULTILINE) + re.findall(r"`([^`\n]+)`", text)
        for call in (call for line in lines for call in re.split(r" (?:\||&&) ", line)):
            if call.startswith(f"{program} "):
                calls[f"{page.name}: {call}"] = shlex.split(call)[1:]
    return [pytest.param(words, id=name) for name, words in calls.items()]


@pytest.mark.parametrize("words", said("dcgen"))
def test_command_in_a_page_exists(words: list[str]) -> None:
    name = words[0]
    if name.isupper() or name.startswith("-"):
        command: click.Command | None = main
    else:
        command = main.get_command(CONTEXT, name)

    assert command, f"no such command: dcgen {name}"
    if isinstance(command, click.Group) and command is not main and len(words) > 1:
        command = command.get_command(CONTEXT, words[1]) or command
    options = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
    unknown = {word for word in words if re.match(r"--?[a-z]", word)} - options - {"--help"}
    assert not unknown or command.context_settings.get("ignore_unknown_options")


@pytest.mark.parametrize("words", said("make"))
def test_make_target_in_a_page_exists(words: list[str]) -> None:
    assert {word for word in words if "=" not in word} <= TARGETS


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()

    assert [name for name in COMMANDS if f"dcgen {name}" not in readme] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_an_example(name: str) -> None:
    command = main.get_command(CONTEXT, name)

    assert command
    assert f"Example: dcgen {name} " in command.get_help(
        click.Context(command, info_name=name, parent=CONTEXT)
    )


def test_every_make_target_is_explained() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert phony
    assert [line.split()[1] for line in listed.splitlines()] == phony[1].split()


def test_no_command_loads_what_only_the_sample_needs() -> None:
    code = (
        "import sys, click; from dcgen.cli import main; context = click.Context(main);"
        "[main.get_command(context, name) for name in main.list_commands(context)];"
        "print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert {"flask", "redis", "requests", "waitress"} & set(result.stdout.split()) == set()
