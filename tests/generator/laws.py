"""The laws of every variant: what is not asked for stays as it was, byte for byte.

They are told apart from the text alone, by indentation, and share no code with the generator.
"""

import os
import re
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning

from generator.result import HEADER
from tests.lab.packages import tools

COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#[ #][^\n\r]*")

# Docker CLI, "Installing a CLI plugin": where plugins are looked for.
PLUGINS = (
    "~/.docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


def loaded(text: str) -> dict[str, Any]:
    """Return *text* as data; two equal keys in one mapping are an error."""
    reader = YAML(typ="safe", pure=True)
    for tag in ("!reset", "!override"):
        reader.constructor.add_constructor(tag, _tagged)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        found: dict[str, Any] = reader.load(
            text.replace("\t#", " #")
        )  # ruamel.yaml takes no such tab
    return found


def services(data: dict[str, Any]) -> dict[str, Any]:
    """Return the services in *data*, in either format."""
    found = data.get("services")
    is_v1 = not isinstance(found, dict) or {"image", "build"} & set(found)
    return {str(name): body or {} for name, body in (data if is_v1 else found).items()}


def blocks(text: str) -> dict[str, str]:
    """Return the lines of each service: its name, and what is indented deeper below it."""
    found: dict[str, str] = {}
    names = list(services(loaded(text)))
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    start = _first(lines)
    column = next((_indent(line) for line in lines[start:] if _holds(line)), 0)
    name, section = "", True
    for line in lines[start:]:
        if _holds(line) and _indent(line) < column:
            section = False
        key = line.strip().split(":")[0].split(" ")[0].strip("\"'")
        if section and _holds(line) and _indent(line) == column:
            name = key if key in names else ""
            found[name] = line
        elif section and name and (not line.strip() or _indent(line) > column):
            found[name] += line
        else:
            name = ""
    return {name: re.sub(r"(\r?\n)\s*\Z", r"\1", block) for name, block in found.items() if name}


def check(before: str, after: str, service: str, *, lost: tuple[str, ...] = ()) -> None:
    """Assert the laws for a variant *after* of *before* in which *service* was changed.

    *lost* are the comments that go with something that was taken away.
    """
    old, new = services(loaded(before)), services(loaded(after))
    assert after.removeprefix("\ufeff").startswith(HEADER)
    assert after.count(HEADER) == 1
    if "{" in before.rsplit("services:", maxsplit=1)[-1].split("\n", maxsplit=1)[0]:
        return  # in flow style: there are no lines to compare
    _check_services(before, after, [name for name in old if new.get(name) == old[name] != {}])
    if HEADER not in before:  # else the comments in its HAProxy configuration change
        _check_comments(before, after, service, lost)


def _check_services(before: str, after: str, same: list[str]) -> None:
    old, new = blocks(before), blocks(after)
    for name in same:
        if name in old and name in new:
            assert new[name].rstrip("\r\n") == old[name].rstrip("\r\n")


def _check_comments(before: str, after: str, service: str, lost: tuple[str, ...]) -> None:
    mine = blocks(before).get(service, "")
    made = after.replace(HEADER, "")
    for comment in {found.rstrip() for found in COMMENT.findall(before)}:
        if comment in mine or comment in lost:
            assert made.count(comment) <= before.count(comment), f"repeated: {comment}"
        else:
            assert made.count(comment) == before.count(comment), f"lost or repeated: {comment}"


def accepted(before: str, after: str, folder: Path | None, *, legacy: bool) -> None:
    """Assert that Compose reads *after*, if it is installed."""
    error = _error(after, str(folder or ""), legacy)
    assert not error or _error(before, str(folder or ""), legacy), f"{error}\n{after}"
    assert not error, f"the source of this case is no Compose file: {error}"


@cache
def _error(text: str, folder: str, legacy: bool) -> str:  # noqa: FBT001 - which of two programs
    program = _program(legacy=legacy)
    if not program:
        assert "CI" not in os.environ, "Compose is not installed"
        return ""
    here = folder or "/tmp"
    words = [] if legacy else ["--profile", "*", "--project-directory", here]
    call = [program, *words, "-f", "-", "config", "-q"]
    env = {**os.environ, "COMPOSE_FILE": "", "COMPOSE_PROJECT_NAME": "cases"}
    result = subprocess.run(
        call, input=text, capture_output=True, text=True, check=False, cwd=here, env=env
    )
    return result.stderr if result.returncode else ""


@cache
def _program(*, legacy: bool) -> str | None:
    # Without `docker` in front, the plugin answers in a third of the time.
    folders = [tools() / "cli-plugins", *(Path(folder).expanduser() for folder in PLUGINS)]
    path = os.pathsep.join(map(str, folders))
    return shutil.which("docker-compose", path=None if legacy else path)


def _first(lines: list[str]) -> int:
    found = [number for number, line in enumerate(lines) if line.startswith("services:")]
    return found[0] + 1 if found else 0


def _holds(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "---", "..."))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _tagged(constructor: Any, node: Any) -> Any:
    kind = type(node).__name__
    if kind == "MappingNode":
        return dict(constructor.construct_mapping(node, deep=True))
    if kind == "SequenceNode":
        return list(constructor.construct_sequence(node, deep=True))
    return constructor.construct_scalar(node)
