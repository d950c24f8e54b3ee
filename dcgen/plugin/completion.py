"""Completion as Docker passes it on: candidates on lines, then a number that says what follows.

Source: spf13/cobra, "shell completions": ``:4`` keeps the shell from offering file names.
"""

from collections.abc import Sequence

import click
from click.shell_completion import ShellComplete

_FILES, _NO_FILES = 0, 4


def lines(command: click.Command, words: Sequence[str], name: str) -> list[str]:
    """Return what answers the question for the last of *words* to *command*, called *name*."""
    *before, incomplete = words or [""]
    found = ShellComplete(command, {}, name, "").get_completions(before, incomplete)
    offered = [item for item in found if item.type == "plain"]
    end = _NO_FILES if len(offered) == len(found) else _FILES
    told = [f"{item.value}\t{item.help}" if item.help else str(item.value) for item in offered]
    return [*told, f":{end}"]
