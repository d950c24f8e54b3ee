"""`.env` is read as Docker Compose reads it, and what is wrong in it is said with its line.

The answers are those of Docker Compose 2.26.1, `config`.
"""

from pathlib import Path

import pytest

from composefile.env_file import MAX_BYTES, parse
from composefile.project import Project
from faults import UserError

KNOWN = {"HOME": "/root", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A=1", {"A": "1"}, id="a value"),
        pytest.param("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}, id="CRLF"),
        pytest.param("\ufeffA=1\n", {"A": "1"}, id="a byte order mark"),
        pytest.param("# x\n\n  A = 1 \n", {"A": "1"}, id="spaces and comments"),
        pytest.param("export A=1", {"A": "1"}, id="export"),
        pytest.param("A: 1", {"A": "1"}, id="a colon"),
        pytest.param("A=", {"A": ""}, id="nothing"),
        pytest.param("A=1\nA=2", {"A": "2"}, id="the last counts"),
        pytest.param("HOME\nNONE\n", {"HOME": "/root"}, id="a name alone is the environment's"),
        pytest.param("A=a#b # c", {"A": "a#b"}, id="a comment has a space before it"),
        pytest.param("A=#x", {"A": "#x"}, id="no comment at the start"),
        pytest.param("A='$HOME' # c", {"A": "$HOME"}, id="single quotes are literal"),
        pytest.param("A='a\\nb'", {"A": "a\\nb"}, id="backslashes in them too"),
        pytest.param('A="$HOME"', {"A": "/root"}, id="double quotes are filled in"),
        pytest.param('A="\\$HOME"', {"A": "$HOME"}, id="but for an escaped dollar sign"),
        pytest.param('A="a\\nb\\q"', {"A": "a\nb\\q"}, id="known escapes are read"),
        pytest.param('A="a\nb"\nB=1', {"A": "a\nb", "B": "1"}, id="a quoted value of two lines"),
        pytest.param("A=1\nB=${A}-${C:-2}", {"A": "1", "B": "1-2"}, id="a line above is known"),
        pytest.param("HOME=x\nB=$HOME", {"HOME": "x", "B": "/root"}, id="the environment wins"),
        pytest.param("B=[$A]\nA=1", {"B": "[]", "A": "1"}, id="a line below is not"),
        pytest.param("A='$B'\nB=$A", {"A": "$B", "B": "$B"}, id="a value is filled in once"),
        pytest.param("TAG=v1-${TAG}", {"TAG": "v1-"}, id="a value that names itself ends"),
        pytest.param("TAG=$TAG$TAG", {"TAG": ""}, id="also twice"),
    ],
)
def test_variables_are_those_that_compose_reads(text: str, expected: dict[str, str]) -> None:
    assert parse(text, ".env", KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("A=1\nfoo bar\n", "2: 'foo bar' is not a variable", id="no sign"),
        pytest.param("A B=1", "1: 'A B=1' is not a variable", id="a space in a name"),
        pytest.param("\n\na!b=1", "3: 'a!b=1' is not a variable", id="a sign in a name"),
        pytest.param("A=1\nB='abc\n", "2: a quote is not closed", id="an open quote"),
        pytest.param("A=${B", "1: .*is not closed", id="an open brace"),
        pytest.param("\nA=${B:?who}", "2: variable 'B' is not set: who", id="a required one"),
    ],
)
def test_a_line_that_compose_refuses_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError, match=f"^.env:{message}"):
        parse(text, ".env", KNOWN)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("FROM_FILE='a b'\nFROM_BOTH=file\nDERIVED=$FROM_BOTH\n")
    monkeypatch.setenv("FROM_BOTH", "environment")

    found = Project(tmp_path).variables

    names = ("FROM_FILE", "FROM_BOTH", "DERIVED")
    assert [found[name] for name in names] == ["a b", "environment", "environment"]


def test_what_only_the_environment_names_is_for_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLY_HERE", "1")
    project = Project(tmp_path)

    assert ("ONLY_HERE" in project.variables, project.environment["ONLY_HERE"]) == (False, "1")


def test_a_folder_of_that_name_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    assert Project(tmp_path).variables == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"A=1\nB=caf\xe9\n", ".env:2: byte 0xe9 is not UTF-8", id="Latin-1"),
        pytest.param(b"#" * (MAX_BYTES + 1), ".env: the file is larger than 1024 KiB", id="huge"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(UserError, match=message):
        _ = Project(tmp_path).variables


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(
        "/proc/self/mem"
    )  # a regular file, and nobody may read its start

    with pytest.raises(UserError, match=r"\.env: cannot read the file: "):
        _ = Project(tmp_path).variables
