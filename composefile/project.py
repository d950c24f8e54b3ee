"""What lies around a Compose file and matters to a decision: its folder and its ``.env`` file.

Source: Compose CLI reference, "Pre-defined environment variables".
"""

import functools
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from composefile import env_file, text_file

ENV_FILES = "COMPOSE_ENV_FILES"
PROJECT_NAME = "COMPOSE_PROJECT_NAME"
# In the order of preference (compose-go, `DefaultOverrideFileNames`).
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
MAX_BYTES = 32 * 1024 * 1024


def project_of(application: str, service: str) -> str:
    """Return what the project is called in which *service* of *application* runs alone."""
    return f"{application}-{_allowed(service)}".lstrip("_-")


def _allowed(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", name.lower())


@dataclass(frozen=True)
class Project:
    """What lies around a Compose file.

    Attributes:
        folder: What its relative paths start from; None for standard input.
        main: The project of the main file, for one that a service of it extends: variables are its.
        parent: The project of the file that includes this one: its variables win.
        env_files: Files in the place of ``.env``, for one that is included.
        called: What the file calls the project; empty if it does not.
    """

    folder: Path | None = None
    main: "Project | None" = None
    parent: "Project | None" = None
    env_files: tuple[Path, ...] = ()
    called: str = ""

    def seen(self, path: str) -> str:
        """Return *path*, from where dcgen runs, as a file in the folder writes it: ``./x``."""
        if Path(path).is_absolute():
            return path
        there = Path(os.path.relpath(path, self.folder or ".")).as_posix()
        return there if there.startswith("../") else f"./{there}"

    @functools.cached_property
    def variables(self) -> dict[str, str]:
        """The variables that ``.env`` names, if it is there; the environment's value wins.

        Where ``COMPOSE_ENV_FILES`` names files, those take its place, the last one first. What only
        the environment names is not among them: it differs from one machine to the next.
        Source: Compose Specification, "Interpolation".

        Raises:
            UserError: Such a file cannot be read, or a line of it is no variable.
        """
        if self.main:
            return self.main.variables
        over = self.parent.variables if self.parent else {}
        found = self._in_env_files(over) | over
        return {name: os.environ.get(name, value) for name, value in found.items()}

    @functools.cached_property
    def beside(self) -> dict[str, str]:
        """What ``.env``, or the files in its place, say, whatever the environment says.

        Raises:
            UserError: See `variables`.
        """
        return self._in_env_files({})

    @property
    def name(self) -> str:
        """What Compose calls the project if neither the file nor the environment says it.

        That is what ``.env`` says, else the name of the folder, as far as its letters may stand
        in a project's name. Source: Compose Specification, "Version and name top-level elements".
        """
        folder = Path(os.path.abspath(self.folder or Path())).name  # noqa: PTH100 - as Compose
        name = self.beside.get(PROJECT_NAME) or folder
        return _allowed(name).lstrip("_-")

    @staticmethod
    def named_env_files() -> list[Path]:
        """Return the files that ``COMPOSE_ENV_FILES`` names, in the order of reading."""
        return [Path(name) for name in os.environ.get(ENV_FILES, "").split(",") if name]

    def _in_env_files(self, over: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self._env_files():
            found |= env_file.read(path, found | dict(over) | os.environ)
        return found

    def _env_files(self) -> list[Path]:
        if self.env_files:
            return list(self.env_files)
        if not self.parent and (named := self.named_env_files()):
            return named
        beside = self.folder / ".env" if self.folder else None
        return [beside] if beside and beside.is_file() else []

    @functools.cached_property
    def environment(self) -> dict[str, str]:
        """What Compose fills in on this machine: the environment, below it ``.env`` and the name.

        Raises:
            UserError: See `variables`.
        """
        root = self.main or self.parent
        name = root.environment[PROJECT_NAME] if root else self.called or self.name
        return {PROJECT_NAME: name} | self.variables | os.environ

    def below(self, folder: str) -> "Project":
        """Return the project of a file in *folder*, relative to this one, with these variables."""
        return Project((self.folder or Path()) / folder, self.main or self)

    def including(self, folder: str, env_files: Iterable[str] = ()) -> "Project":
        """Return the project of what a file of this one includes.

        Args:
            folder: Its folder, relative to this one.
            env_files: Files in the place of its ``.env``, relative to this folder.
        """
        here = self.folder or Path()
        return Project(here / folder, None, self, tuple(here / path for path in env_files))

    def read(self, path: str, most_bytes: int = MAX_BYTES) -> str | None:
        """Return the text of the file at *path*, relative to the folder; None if there is none.

        One that is larger than *most_bytes*, no regular file or no UTF-8 counts as none.
        """
        if self.folder is None:
            return None
        try:
            return text_file.read(Path(os.path.normpath(self.folder / path)), most_bytes)
        except text_file.UnreadableError:
            return None
