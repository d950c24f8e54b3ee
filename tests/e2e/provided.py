"""A project whose services dcgen provides to today's Compose, as a person runs it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.e2e.live import TINY
from tests.lab import packages, today
from tests.lab.commands import run
from tests.lab.project import Project

OVERLAY = """\
services:
  web:
    provider:
      type: dcgen
      options: {replicas: "${REPLICAS}", mode: http}
"""
CLIENT = """\
  client:
    image: haproxy:3.0
    command: sleep 1000
    stop_signal: KILL
    depends_on:
      web:
        condition: service_healthy
"""
# What is published, and one that waits for it.
SOURCE = TINY.replace("networks:\n", f"{CLIENT}networks:\n")


class Provided:
    """A *project* whose services dcgen provides, in a folder with an overlay; with *variables*."""

    def __init__(self, project: Project, **variables: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        docker = today.folder(packages.cache())
        engine = replace(
            project.engine,
            tools=docker,
            programs=docker / "bin",
            extra={"PATH": path, **variables},
        )
        self.project = replace(project, engine=engine)
        self.folder = project.file.parent

    def write(self, source: str, overlay: str) -> None:
        """Write both files."""
        (self.folder / "compose.yml").write_text(source)
        self.project.file.write_text(overlay)

    def compose(self, *words: str, replicas: int = 3) -> str:
        """Return what Compose prints, with both files, if there are to be so many replicas."""
        env = self._env(replicas)
        return run(*self._command(*words), cwd=self.folder, env=env, timeout_s=120)

    def run(self, command: str) -> str:
        """Return what *command* prints, as a person writes it in the folder."""
        env = {**self._env(3), "COMPOSE_PROJECT_NAME": self.project.name}
        return run(*shlex.split(command), cwd=self.folder, env=env, timeout_s=120)

    @contextmanager
    def started(self, *words: str, replicas: int) -> Iterator[subprocess.Popen[bytes]]:
        """Give a run of Compose in a process group of its own."""
        command, env = self._command(*words), self._env(replicas)
        with subprocess.Popen(command, cwd=self.folder, env=env, start_new_session=True) as begun:
            try:
                yield begun
            finally:
                begun.kill()

    def _command(self, *words: str) -> tuple[str, ...]:
        files = ("-f", "compose.yml", "-f", self.project.file.name)
        return ("docker", "compose", "-p", self.project.name, *files, *words)

    def _env(self, replicas: int) -> dict[str, str]:
        return {**self.project.engine.env, "REPLICAS": str(replicas)}
