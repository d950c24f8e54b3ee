"""Which Compose file is meant, and its text: given, or found as Compose itself finds it.

Source: Compose CLI reference, "Specifying multiple Compose files" and `COMPOSE_FILE`.
"""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from composefile.formats import is_v1
from composefile.project import OVERRIDES, Project
from faults import HostError, Place, UserError, printable

# In the order of preference (compose-go, `DefaultFileNames`).
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
STDIN = "-"
MAX_BYTES = 32 * 1024 * 1024
DEFAULT_OUTPUT = "generated.yml"


@dataclass(frozen=True, slots=True)
class Source:
    """A Compose file's text; *name* is how messages call it, *path* is None for standard input."""

    text: str
    name: str
    path: Path | None

    @property
    def folder(self) -> Path:
        """The folder that relative paths in it start from."""
        return self.path.parent if self.path else Path()

    @property
    def v1(self) -> bool:
        """Whether it is in the v1 format.

        Raises:
            UserError: It is not YAML.
        """
        return is_v1(self.text, self.name)


def find(given: tuple[str, ...]) -> list[Path | None]:
    """Return the paths of the Compose files, in the order of merging; None is standard input.

    Args:
        given: The values of `-f`; without, those of `COMPOSE_FILE`, in the environment or in the
            ``.env`` of this folder, else one here or above, and the override file beside it.

    Raises:
        UserError: There is no such file.
    """
    names = list(given) or _listed(Project(Path()).environment)
    return [_named(name) for name in names] or list(_look_upwards())


def _listed(variables: Mapping[str, str]) -> list[str]:
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return [name for name in variables.get("COMPOSE_FILE", "").split(separator) if name]


def _named(named: str) -> Path | None:
    if named == STDIN:
        return None
    path = Path(named)
    if path.is_file():
        return path
    what = "is a folder" if path.is_dir() else "does not exist"
    raise UserError(
        f"the Compose file {what}",
        fix=f"give one of its files: {path}/compose.yml"
        if path.is_dir()
        else "give an existing file, or leave out `-f` to look for compose.yml here and above",
        where=Place(named),
    )


def _look_upwards() -> Iterator[Path]:
    here = Path.cwd()
    for depth, folder in enumerate((here, *here.parents)):
        found = _first(folder, NAMES)
        if found:
            above = Path(*[".."] * depth)
            yield above / found
            override = _first(folder, OVERRIDES)
            if override:
                yield above / override
            return
    raise UserError(
        f"no Compose file here or in a folder above: none of {', '.join(NAMES)}",
        fix="give one with `-f FILE`",
    )


def _first(folder: Path, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if (folder / name).is_file()), None)


def read(path: Path | None) -> Source:
    """Return the source at *path*; None reads standard input.

    Raises:
        UserError: It is too large or not in UTF-8.
        HostError: It cannot be read.
    """
    name = str(path) if path else "<stdin>"
    try:
        if path:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        else:
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise HostError(
            f"cannot read the file: {error.strerror}",
            fix=f"allow it: chmod u+r {printable(shlex.quote(name))}"
            if path
            else "give a file with `-f FILE`",
            where=Place(name),
        ) from error
    if len(data) > MAX_BYTES:
        raise UserError(
            f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB",
            fix="split it with `include:`",
            where=Place(name),
        )
    try:
        return Source(data.decode("utf-8"), name, path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            fix="save the file in UTF-8",
            where=Place(name, line),
        ) from error
