"""What no process can be given is refused in words, before anything is started or written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from composefile import text_file
from engine.process.plan import MOST_PROCESSES, plan
from engine.variant import Variant
from faults import Place, UserError

Write = Callable[[str], Variant]
Build = Callable[..., Path]


@pytest.mark.parametrize(
    "name", ["../../x", "a/b", "/abs", ".hidden", "..", "a b", "x\\e[2J", "é", "a" * 101, "a\\0b"]
)
def test_a_name_that_is_none_of_composes_is_refused(
    name: str, variant: Write, tmp_path: Path
) -> None:
    found = variant(f'services:\n  "{name}": {{image: redis}}\n')

    with pytest.raises(UserError, match=r"compose.yml:2: service '.*' has a name that Compose"):
        plan(found, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param('{build: "a\\0b"}', "build", id="NUL in a path"),
        pytest.param('{build: web, command: [python, "\\0"]}', "command", id="NUL in a word"),
        pytest.param('{build: web, command: ["\\ud800"]}', "command", id="half a pair"),
        pytest.param('{build: web, environment: {A: "\\0"}}', "environment", id="NUL in a value"),
        pytest.param('{build: web, environment: {"A=B": c}}', "environment", id="= in a name"),
        pytest.param('{build: web, environment: {"": c}}', "environment", id="no name"),
    ],
)
def test_a_text_that_no_process_can_be_given_is_refused(
    body: str, key: str, variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web", port=None)

    with pytest.raises(UserError, match=rf"compose.yml:2: service 'app' has in '{key}'"):
        plan(variant(f"services:\n  app: {body}\n"), tmp_path)


def test_more_processes_than_a_run_can_have_are_refused(
    variant: Write, build: Build, tmp_path: Path
) -> None:
    build("web", port=None)
    text = f"services:\n  app: {{build: web, scale: {MOST_PROCESSES + 1}}}\n"

    with pytest.raises(UserError, match="501 processes are more than the 500"):
        plan(variant(text), tmp_path)


def test_a_pipe_as_a_dockerfile_is_refused(variant: Write, build: Build, tmp_path: Path) -> None:
    dockerfile = build("web") / "Dockerfile"
    dockerfile.unlink()
    os.mkfifo(dockerfile)

    with pytest.raises(UserError, match=r"compose.yml:2: .*Dockerfile': it is not a regular file"):
        plan(variant("services:\n  app: {build: web}\n"), tmp_path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"x" * 11, "it is larger than", id="too large"),
        pytest.param(b"\xff", "it is not UTF-8 text", id="no text"),
        pytest.param(None, "No such file or directory", id="not there"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    data: bytes | None, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    if data is not None:
        file.write_bytes(data)

    with pytest.raises(text_file.UnreadableError, match=reason):
        text_file.read(file, most_bytes=10)


def test_a_device_has_no_end_and_is_not_read() -> None:
    with pytest.raises(text_file.UnreadableError, match="it is not a regular file"):
        text_file.read(Path("/dev/zero"))


def test_a_file_whose_name_steers_a_terminal_is_named_without_effect() -> None:
    assert str(Place("a\x1b[2J.yml", 3)) == "a\\x1b[2J.yml:3"


@pytest.mark.parametrize("word", ["\\ud800", "a\\u0000b"])
def test_a_dockerfile_with_what_no_process_can_be_given_is_refused(
    word: str, variant: Write, build: Build, tmp_path: Path
) -> None:
    folder = build("web", port=None)
    folder.joinpath("Dockerfile").write_text(f'FROM python\nCMD ["python", "main.py", "{word}"]\n')

    with pytest.raises(UserError, match=r"compose.yml:2: service 'app' has in 'build', in 'the co"):
        plan(variant("services:\n  app: {build: web}\n"), tmp_path)
