"""The command line of the Compose that calls us: it tells a provider neither files nor `--dry-run`.

Source: Docker Compose CLI reference, "docker compose": the options before the command.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dcgen.plugin.words import VARIABLES

_DOCKERS = ("-c", "--context", "-H", "--host", "--config", "-l", "--log-level")
_DOCKERS_TLS = ("--tlscacert", "--tlscert", "--tlskey")
# Those that say which files, and how they are read; all but the last have a value.
_FILE, _FOLDER = "--file", "--project-directory"
_KEPT = (_FILE, _FOLDER, "--env-file", "--compatibility")
_OTHERS = ("-p", "--project-name", "--profile", "--parallel", "--progress", "--ansi", "--workdir")
_PLUGIN = "docker-compose"


@dataclass(frozen=True, slots=True)
class Caller:
    """A run of Compose.

    Attributes:
        program: The words that call the same Compose.
        files: Its options that say which files there are, and how they are read.
        words: Its command, ``up``, and what follows it.
        variables: What Docker's own options before ``compose`` say, as variables.
    """

    program: tuple[str, ...] = ("docker", "compose")
    files: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def asks(self, *names: str) -> bool:
        """Tell whether it was given one of the options *names*, with or without a value."""
        return any(word.partition("=")[0] in names for word in self.words)

    def value(self, *names: str) -> str:
        """Return the value of one of the options *names*; empty if none was given."""
        for place, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if name in names:
                return value if equals else next(iter(self.words[place + 1 :]), "")
        return ""

    @property
    def only_creates(self) -> bool:
        """Whether containers are to be made, and not started: ``create``, ``up --no-start``."""
        return self.words[:1] == ("create",) or self.asks("--no-start")

    @property
    def named(self) -> list[str]:
        """The files that ``-f`` names."""
        return self._given(_FILE)

    @property
    def folder(self) -> str:
        """The folder of the project, if it was named; else empty."""
        return next(reversed(self._given(_FOLDER)), "")

    def _given(self, name: str) -> list[str]:
        begin = f"{name}="
        return [word.removeprefix(begin) for word in self.files if word.startswith(begin)]


def calling() -> Caller:
    """Return the Compose that started this process; one that says nothing if nothing did.

    This process, and what it starts, reaches the same Docker from now on.
    """
    found = understood(_command_line(os.getppid()))
    if "DOCKER_CONTEXT" in found.variables:
        os.environ.pop("DOCKER_HOST", None)  # it would win
    os.environ.update(found.variables)
    return found


def understood(line: Sequence[str]) -> Caller:
    """Return what the command *line* of Compose says: as Docker calls its plugin, or alone."""
    if not line or not Path(line[0]).name.startswith(_PLUGIN):
        return Caller()
    dockers, rest = _options(line[1:], (*_DOCKERS, *_DOCKERS_TLS))
    is_plugin = rest[:1] == ["compose"]
    found = {VARIABLES[name]: value for name, value in dockers if name in VARIABLES}
    given, words = _options(rest[1:] if is_plugin else line[1:], (*_KEPT[:-1], *_OTHERS, "-f"))
    files = [f"{name}={value}" if value else name for name, value in given if name in _KEPT]
    switches = [name for name, value in given if not value]
    variables = found if is_plugin else {}
    return Caller((line[0],), tuple(files), (*words, *switches), variables)


def _options(
    words: Sequence[str], valued: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    # Returns the options at the beginning, each with its value, and the words behind them.
    found, rest = [], list(words)
    while rest and rest[0].startswith("-"):
        name, equals, value = rest.pop(0).partition("=")
        if name.startswith("-f"):  # -f FILE, -f=FILE, -fFILE
            name, value = _FILE, name[2:] + equals + value if name[2:] else value
        if not value and name in valued and rest:
            value = rest.pop(0)
        found.append((name, value))
    return found, rest


def _command_line(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/cmdline").read_text(errors="surrogateescape")
        return text.rstrip("\0").split("\0")
    except OSError:  # not Linux: words with spaces are not told apart there
        words = ("ps", "-ww", "-o", "command=", "-p", str(pid))
        said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
        return shlex.split(said.strip())
