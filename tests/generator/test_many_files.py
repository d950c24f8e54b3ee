"""Compose files of others, in a folder that COMPOSE_FILES names, as manifests and as stacks.

    COMPOSE_FILES=~/files pytest -s tests/generator/test_many_files.py

Each is written, valid and twice the same, or refused with a line for each reason. Manifests are
valid by the schemas of Kubernetes, and Docker reads each stack without a message.
"""

import collections
import os
import re
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dcgen.cli import main
from generator.targets.kubernetes.choices import NEWEST
from tests.generator.cluster import OLDEST_SCHEMA, PUSHED, objects
from tests.lab import stacks

pytestmark = pytest.mark.skipif("COMPOSE_FILES" not in os.environ, reason="COMPOSE_FILES is unset")

OPTIONS = {
    "kubernetes": ("--one-file", "--namespace", "default", "--secrets", "generate"),
    "swarm": ("-o", "STACK", "--force"),
}
# A fact has a line, or is about the whole of a file that it names.
PLACED = re.compile(r"^[^:]+(:\d+)?: ")
# Variables that the shell has to have which deploys: ${NAME?}.
NEEDED = re.compile(r"\$\{(\w+):?\?")


def compose_files() -> Iterator[Path]:
    """Yield the files of the folder that have services, also those of the v1 format.

    Each text is there once, wherever it lies.
    """
    folder = Path(os.environ["COMPOSE_FILES"])
    files = sorted((path for path in folder.rglob("*.y*ml") if path.is_file()), reverse=True)
    texts = {path.read_bytes(): path for path in files}
    for text, path in sorted(texts.items(), key=itemgetter(1)):
        try:
            loaded = YAML(typ="safe").load(text)
        except (YAMLError, UnicodeDecodeError):
            continue
        if isinstance(loaded, dict) and _is_compose(loaded):
            yield path


def _is_compose(loaded: dict[str, Any]) -> bool:
    v1 = [one for one in loaded.values() if isinstance(one, dict) and {"image", "build"} & {*one}]
    return isinstance(loaded.get("services"), dict) or len(v1) == len(loaded) > 0


def made(target: str, path: Path, stack: Path, *more: str) -> tuple[Result, str]:
    """Return the run of *target*, with *more* options, and what it wrote."""
    options = [str(stack) if word == "STACK" else word for word in OPTIONS[target]]
    words = [target, "-f", str(path), "-q", *PUSHED, *options, *more]
    result = CliRunner().invoke(main, words)
    is_file = target == "swarm" and not result.exit_code
    return result, stack.read_text() if is_file else result.stdout


def wrong(target: str, path: Path, folder: Path) -> tuple[str, int, list[str]]:
    """Return what became of *path*, how many objects or services it is, and what is wrong."""
    result, wrote = made(target, path, folder / "stack.yml")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "failed", 0, [repr(result.exception)]
    if result.exit_code:
        facts = [line for line in result.stderr.splitlines() if not line.startswith("  ")]
        return "refused", 0, [fact for fact in facts if not PLACED.match(fact)]
    again = made(target, path, folder / "stack.yml")[1]
    if target == "swarm":
        needed = dict.fromkeys(NEEDED.findall(wrote), "1")
        count = len(stacks.config(folder / "stack.yml", needed)["services"])
    else:
        count = len(objects(result, NEWEST))
        older = made(target, path, folder / "stack.yml", "--kubernetes", str(OLDEST_SCHEMA))[0]
        objects(older, OLDEST_SCHEMA)
    return "written", count, [] if again == wrote else ["twice is not the same"]


@pytest.mark.parametrize("target", OPTIONS)
def test_each_file_is_written_or_refused_with_its_lines(target: str, tmp_path: Path) -> None:
    found, made_of, broken = collections.Counter[str](), 0, []
    for path in compose_files():
        try:
            kind, count, faults = wrong(target, path, tmp_path)
        except Exception as error:  # noqa: BLE001 - each file is told of
            kind, count, faults = "invalid", 0, [repr(error)[:300]]
        found[kind] += 1
        made_of += count
        broken += [f"{path}: {fault}" for fault in faults]
    print(target, dict(found), made_of)  # noqa: T201 - the figures are the purpose
    assert found
    assert not broken, "\n".join(broken)
