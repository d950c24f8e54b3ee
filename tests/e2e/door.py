"""Run dcgen as its user does: the command, in a folder, with real files."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.lab.commands import run

DCGEN = Path(sys.executable).with_name("dcgen")


def dcgen(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Return what ``dcgen`` with *words* wrote to stdout; *env* is added to the environment."""
    return run(DCGEN, *words, cwd=cwd, env=dict(os.environ) | dict(env or {}))
