"""What each version of Compose makes of Compose files, asked of its own ``config``; no Engine runs.

The standard of what a file means: 1.29's for the v1 format, 2.26's and 2.40's for all others.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.lab import packages, today
from tests.lab.commands import run

VERSIONS = ("1.29", "2.26", "2.40")
COMPOSE_2 = ("2.26", "2.40")


def program(version: str) -> Path | None:
    """Return the program of Compose *version*, one of `VERSIONS`; None if it is not there."""
    if version == "1.29":
        found = shutil.which("docker-compose")
        return Path(found) if found else None
    config = packages.tools() if version == "2.26" else today.folder(packages.cache())
    path = config / "cli-plugins" / "docker-compose"
    return path if path.exists() else None


def require(version: str) -> Path:
    """Return the program of Compose *version*; skip the test without it, in CI fail it."""
    if found := program(version):
        return found
    reason = f"no Compose {version}: python -m tests.lab install"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def config(
    version: str,
    folder: Path,
    *files: str,
    words: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    name: str = "cases",
) -> dict[str, Any]:
    """Return what Compose *version* makes of *files* in *folder*, as its ``config`` shows it.

    Args:
        version: One of `VERSIONS`.
        folder: Where Compose runs.
        files: The values of ``-f``; none, and Compose looks for them itself.
        words: Global options, such as ``--env-file FILE`` or ``--profile NAME``.
        env: What is added to an environment that has no other variable of Compose's.
        name: What the project is called, wherever that is; empty leaves it to Compose.

    Raises:
        CommandError: Compose refuses the files; the error has its words.
    """
    given = [word for file in files for word in ("-f", file)]
    form = () if version == "1.29" else ("--format", "json")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMPOSE_")}
    said = run(
        require(version),
        *(("--project-name", name) if name else ()),
        *given,
        *words,
        "config",
        *form,
        cwd=folder,
        env=clean | dict(env or {}),
    )
    found: dict[str, Any] = YAML(typ="safe").load(said) if not form else json.loads(said)
    return found
