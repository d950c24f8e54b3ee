"""A Docker Engine as its user sees it: the commands that reach it, and its address."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.commands import run


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker Engine.

    *url* is the value for ``DOCKER_HOST``; *address* is where published ports are reached. *tools*
    is the ``DOCKER_CONFIG`` folder that holds the Compose plugin, None for the user's own.
    *programs* is the folder of the ``docker`` that talks to it, None for the installed one.
    """

    name: str
    url: str
    address: str
    tools: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    programs: Path | None = None

    @property
    def env(self) -> dict[str, str]:
        """Return the whole environment for a program that is to reach this Engine."""
        env = {name: value for name, value in os.environ.items() if not _about_docker(name)}
        env |= {"DOCKER_HOST": self.url, "DOCKER_BUILDKIT": "0", **self.extra}
        if self.tools:
            env["DOCKER_CONFIG"] = str(self.tools)
        if self.programs:
            env["PATH"] = f"{self.programs}{os.pathsep}{env['PATH']}"
        return env

    def run(self, *command: str | Path, timeout_s: float = 60, cwd: Path | None = None) -> str:
        """Return the stdout of *command*, run in this Engine's environment."""
        return run(*command, timeout_s=timeout_s, env=self.env, cwd=cwd)

    def docker(self, words: str, *more: str | Path, timeout_s: float = 60) -> str:
        """Return the stdout of ``docker`` with *words*, split as a shell does, and *more*."""
        return self.run("docker", *shlex.split(words), *more, timeout_s=timeout_s)

    def load(self, archive: Path, timeout_s: float = 240) -> None:
        """Load the images of a ``docker save`` archive."""
        self.docker("load --quiet --input", archive, timeout_s=timeout_s)

    def images(self) -> set[str]:
        """Return the names of the images here, as ``name:tag``."""
        return set(self.docker("images --format {{.Repository}}:{{.Tag}}").split())


def _about_docker(name: str) -> bool:
    return name.startswith(("DOCKER_", "COMPOSE_"))
