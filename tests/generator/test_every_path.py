"""No path of Compose's schema is lost in silence in a cluster: it is carried over, or said."""

import functools
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from dcgen.cli import main
from tests.generator.every_path import ANY, ITEM, ROWS, file_with, file_without, paths, reason
from tests.generator.every_path_at_once import at_once, plain

pytestmark = pytest.mark.skipif(
    not find_spec("check_jsonschema"), reason="check-jsonschema 0.39 needs Python 3.11"
)

TARGETS = ("kubernetes", "swarm")
# The names in the files, which a message may have within a path: `networks.front.priority`.
# Other rules of Compose refuse these before a target sees the file.
BEFORE = ("jobs", "include", "services.*.extends")
# Facts about all ports, all volumes or the whole run, whichever path is set.
WHOLE = re.compile(r"is not published on|inside the cluster alone|are local to a node|stack\.yml")
NAMES = {*ROWS["names"].values(), "a", ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with all that the files name."""
    folder = tmp_path_factory.mktemp("paths")
    for name in ("mine", "theirs"):
        (folder / name).write_text(f"{name}\n")
    (folder / "a.env").write_text("A=b\n")
    return folder


@functools.cache
def run(folder: Path, target: str, text: str) -> tuple[int, str, str]:
    """Return the exit code of *target*, what it wrote, and what it said, without line numbers."""
    code, wrote, said = run_as_it_is(folder, target, text)
    return code, without_lines(wrote), without_lines(said)


def run_as_it_is(folder: Path, target: str, text: str) -> tuple[int, str, str]:
    """Return the exit code of *target*, what it wrote, and what it said."""
    file, stack = folder / "compose.yml", folder / "stack.yml"
    file.write_text(text)
    options = ["--one-file"] if target == "kubernetes" else ["-o", str(stack), "--force"]
    result = CliRunner(env={"LEVEL": "debug"}).invoke(main, [target, "-f", str(file), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), text
    wrote = result.stdout if target == "kubernetes" or result.exit_code else stack.read_text()
    return result.exit_code, wrote, result.stderr


def without_lines(text: str) -> str:
    return re.sub(r"compose\.yml:\d+", "compose.yml:N", text)


def facts(said: str) -> list[str]:
    """Return the lines of *said* that are facts, and what to do about each."""
    lines = said.replace("\n  fix: ", " fix: ").splitlines()
    return [line.removeprefix("warning: ") for line in lines if not WHOLE.search(line)]


def is_named(path: str, said: str) -> bool:
    """Tell whether a message in *said* names *path*, or what it is in."""
    keys = [key for key in path.split(".") if key not in (ITEM, ANY)]
    inner = keys[1:] or keys
    for quoted in re.findall(r"[`']([^`'\n]+)[`']", said):
        found = [key for key in quoted.partition(":")[0].split(".") if key not in NAMES]
        ends = found and (found[0], found[-1]) == (inner[0], inner[-1])
        if ends or found in (keys[:1], inner[: len(found)] or [""], keys[-1:]):
            return True
    return False


@pytest.mark.parametrize("target", TARGETS)
def test_no_path_is_lost_in_silence(folder: Path, target: str) -> None:
    silent = []
    for path, value in paths().items():
        if reason(path, target):
            continue
        code, wrote, said = run(folder, target, file_with(path, value))
        before = run(folder, target, file_without(path))
        if code:
            is_told = code == 1 and "compose.yml:N" in said and "fix: " in said
            is_told = is_told and is_named(path, said)
        else:
            new = set(said.splitlines()) - set(before[2].splitlines())
            is_told = wrote != before[1] or bool(new) or is_named(path, said)
        if not is_told:
            silent.append(f"{path}: {code} {said[-300:]}")
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("target", TARGETS)
def test_one_file_with_all_paths_names_each_refused_one_once(folder: Path, target: str) -> None:
    alone = {path: run(folder, target, file_with(path, value)) for path, value in paths().items()}
    refused = {path: facts(said)[0] for path, (code, _, said) in alone.items() if code}
    early = {path for path, fact in refused.items() if path.startswith(BEFORE)}
    text = at_once(path for path in paths() if path not in early)
    code, _, said = run_as_it_is(folder, target, text)

    named = facts(said)
    assert code == 1
    assert len(named) == len(set(named)), "twice"
    late = {fact for path, fact in refused.items() if path not in early}
    assert sorted(late - {plain(without_lines(fact)) for fact in named}) == []


@pytest.mark.parametrize("target", TARGETS)
def test_one_file_with_all_paths_that_are_written_says_each_loss_once(
    folder: Path, target: str
) -> None:
    alone = {path: run(folder, target, file_with(path, value)) for path, value in paths().items()}
    written = [path for path, (code, _, _) in alone.items() if not code]
    code, _, said = run_as_it_is(folder, target, at_once(written))

    named = facts(said)
    assert code == 0, said
    assert len(named) == len(set(named)), "twice"
    lost = {one for path in written for fact in facts(alone[path][2]) for one in by_key(fact)}
    told = {one for fact in named for one in by_key(plain(without_lines(fact)))}
    assert sorted(lost - told) == []


def by_key(fact: str) -> list[str]:
    """Return *fact* for each key that its command makes: one command has all keys of a secret."""
    said, *keys = fact.split(" --from-file=")
    return [f"{said} --from-file={key}" for key in keys] or [fact]


def test_rows_are_of_paths_in_the_schema() -> None:
    known = paths()
    rows = {*ROWS["values"], *ROWS["within"], *ROWS["instead"], *ROWS["around"]}
    rows |= {row for target in ROWS["nothing"].values() for row in target}

    assert not {
        row for row in rows if not any(path == row or path.startswith(f"{row}.") for path in known)
    }
