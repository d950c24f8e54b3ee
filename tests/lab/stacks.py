"""What Docker makes of a stack, asked of ``docker stack config``; no Engine runs."""

import os
import subprocess
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.lab import packages, today
from tests.lab.commands import CommandError


def config(file: Path, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what Docker makes of the stack in *file*; skip the test without it, in CI fail it.

    Args:
        file: A stack.
        env: What is added to the environment.

    Raises:
        CommandError: Docker refuses it, or has anything to say about it.
    """
    program = today.folder(packages.cache()) / "bin" / "docker"
    if not program.exists():
        reason = "no Docker of today: python -m tests.lab install"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    command = (str(program), "stack", "config", "-c", str(file))
    ended = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env={**os.environ, **(env or {})},
        text=True,
        timeout=60,
    )
    if ended.returncode or ended.stderr:
        raise CommandError(command, f"exit code {ended.returncode}", ended.stderr)
    found: dict[str, Any] = YAML(typ="safe").load(StringIO(ended.stdout))
    return found
