"""What a Dockerfile says about running its image: the command, the ports, the variables.

Only the last stage counts, or the one that ``build.target`` names. Nothing is built.
Source: Dockerfile reference, "FROM", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "WORKDIR".
"""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

_SHELL_WORDS = re.compile(r"[$`|&;<>*?(){}\n]")


@dataclass(frozen=True, slots=True)
class Image:
    """How an image starts.

    Attributes:
        entrypoint: ``ENTRYPOINT``, empty if there is none.
        cmd: ``CMD``, empty if there is none.
        ports: TCP ports of ``EXPOSE``.
        env: ``ENV``.
        workdir: ``WORKDIR``, where the command runs.
        needs_shell: The command is a line for a shell, with more than plain words.
    """

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = "/"
    needs_shell: bool = False


def parse_dockerfile(text: str, target: str | None = None) -> Image:
    """Return what *text* says about its stage *target*, its last one if None."""
    stages: dict[str, Image] = {}
    image, name = Image(), ""
    for word, rest in _instructions(text):
        if word == "FROM":
            if target and name == target.lower():
                break
            base, name = _stage(rest)
            image = stages.get(base, Image())
        else:
            image = _apply(image, word, rest)
        stages[name] = image
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    # A line ends with a backslash if the next one belongs to it; comments may stand between.
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(lines))
    for line in joined.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word:
            yield word.upper(), rest.strip()


def _stage(rest: str) -> tuple[str, str]:
    # Returns the base and the name of "FROM [--platform=…] BASE [AS NAME]".
    parts = [p for p in rest.split() if not p.startswith("--")]
    base = parts[0] if parts else ""
    is_named = len(parts) > 2 and parts[1].upper() == "AS"  # noqa: PLR2004 - BASE AS NAME
    return base.lower(), (parts[2] if is_named else f"\0{base}").lower()


def _apply(image: Image, word: str, rest: str) -> Image:
    if word == "EXPOSE":
        numbers = (p.partition("/") for p in rest.split())
        ports = tuple(int(n) for n, _, kind in numbers if n.isdigit() and kind in {"", "tcp"})
        return replace(image, ports=(*image.ports, *ports))
    if word == "WORKDIR":
        return replace(image, workdir=str(PurePosixPath(image.workdir, rest.strip('"'))))
    if word == "ENV":
        return replace(image, env=(*image.env, *_pairs(rest)))
    if word == "CMD":
        command, needs_shell = _command(rest)
        return replace(image, cmd=command, needs_shell=image.needs_shell or needs_shell)
    if word == "ENTRYPOINT":
        command, needs_shell = _command(rest)
        return replace(image, entrypoint=command, needs_shell=image.needs_shell or needs_shell)
    return image


def _command(rest: str) -> tuple[tuple[str, ...], bool]:
    # Returns the words, and whether only a shell can read them.
    if rest.startswith("["):
        # Docker, too, takes a list that is not JSON as a line for a shell.
        with suppress(json.JSONDecodeError):
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
