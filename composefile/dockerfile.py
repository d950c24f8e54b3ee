"""What a Dockerfile says about running its image: the command, the ports, the variables.

Only the last stage counts, or the one that ``build.target`` names. Nothing is built.
Source: Dockerfile reference, "FROM", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "VOLUME",
"WORKDIR".
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

LAST_PORT = 65535
MAX_RANGE = 1000
_SHELL_WORDS = re.compile(r"[$`|&;<>*?(){}\n]")


@dataclass(frozen=True, slots=True)
class Image:
    """How an image starts.

    Attributes:
        entrypoint: ``ENTRYPOINT``, empty if there is none.
        cmd: ``CMD``, empty if there is none.
        ports: TCP ports of ``EXPOSE``.
        volumes: Paths of ``VOLUME``.
        env: ``ENV``.
        workdir: ``WORKDIR``, where the command runs.
        needs_shell: The command is a line for a shell, with more than plain words.
        base: The image that its first stage starts from; empty if there is no ``FROM``.
    """

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    volumes: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = "/"
    needs_shell: bool = False
    base: str = ""


@lru_cache(maxsize=64)  # several checks ask for the same one
def parse_dockerfile(text: str, target: str | None = None) -> Image:
    """Return what *text* says about its stage *target*, its last one if None."""
    stages: dict[str, Image] = {}
    image, name = Image(), ""
    for word, rest in _instructions(text):
        if word == "FROM":
            if target and name == target.lower():
                break
            base, name = _stage(rest)
            image = stages.get(base) or Image(base=base)
        else:
            image = _apply(image, word, rest)
        stages[name] = image
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    # A line ends with a backslash if the next one belongs to it; comments may stand between.
    # (and empty lines, which Docker warns of).
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(lines))
    for line in joined.splitlines():
        word, *rest = line.split(maxsplit=1)
        yield word.upper(), "".join(rest).strip()


def _stage(rest: str) -> tuple[str, str]:
    # Returns the base and the name of "FROM [--platform=…] BASE [AS NAME]".
    parts = [p for p in rest.split() if not p.startswith("--")]
    base = parts[0] if parts else ""
    is_named = len(parts) > 2 and parts[1].upper() == "AS"  # noqa: PLR2004 - BASE AS NAME
    return base.lower(), (parts[2] if is_named else f"\0{base}").lower()


def _apply(image: Image, word: str, rest: str) -> Image:
    if word == "EXPOSE":
        ports = (port for word in rest.split() for port in _exposed(word))
        return replace(image, ports=tuple(dict.fromkeys((*image.ports, *ports))))
    if word == "VOLUME":
        paths = (path.rstrip("/") for path in _command(rest)[0] if "$" not in path)
        return replace(image, volumes=tuple(dict.fromkeys((*image.volumes, *paths))))
    if word == "WORKDIR":
        return replace(image, workdir=str(PurePosixPath(image.workdir, rest.strip('"'))))
    if word == "ENV":
        return replace(image, env=(*image.env, *_pairs(rest)))
    if word in ("CMD", "ENTRYPOINT"):
        command, needs_shell = _command(rest)
        image = replace(image, needs_shell=image.needs_shell or needs_shell)
        return replace(image, cmd=command) if word == "CMD" else replace(image, entrypoint=command)
    return image


def _exposed(word: str) -> Iterable[int]:
    # Ports that only a build argument gives are left out.
    numbers, _, protocol = word.partition("/")
    ends = numbers.split("-")
    if protocol.lower() not in {"", "tcp"} or not all(e.isascii() and e.isdigit() for e in ends):
        return ()
    first, last = int(ends[0]), int(ends[-1])
    known = 0 < first <= last <= LAST_PORT and last - first < MAX_RANGE
    return range(first, last + 1) if known else ()


def _command(rest: str) -> tuple[tuple[str, ...], bool]:
    # Returns the words, and whether only a shell can read them.
    if rest.startswith("["):
        # Docker, too, takes a list that is not JSON as a line for a shell.
        with suppress(json.JSONDecodeError, RecursionError):
            return tuple(str(word) for word in json.loads(rest)), False
    try:
        return tuple(shlex.split(rest)), bool(_SHELL_WORDS.search(rest))
    except ValueError:
        return (rest,), True


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    try:
        parts = shlex.split(rest)
    except ValueError:
        return
    if parts and "=" not in parts[0]:  # the old form: ENV NAME value with spaces
        yield parts[0], " ".join(parts[1:])
        return
    for part in parts:
        name, _, value = part.partition("=")
        if "$" not in value:
            yield name, value
