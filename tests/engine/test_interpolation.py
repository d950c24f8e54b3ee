"""Variables are filled in as the Compose Specification says."""

from pathlib import Path

import pytest

from engine.interpolation import fill, variables
from faults import Place, UserError

WHERE = Place("compose.yml", 3)
VALUES = {"NAME": "rng", "EMPTY": "", "OTHER": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="text without a dollar sign stays"),
        pytest.param("$$5", "$5", id="two dollar signs are one"),
        pytest.param("a$", "a$", id="a dollar sign at the end stays"),
        pytest.param("$NAME:80", "rng:80", id="a bare name ends at the first other character"),
        pytest.param("${NAME}x", "rngx", id="braces end a name"),
        pytest.param("[${NONE}]", "[]", id="an unset one is empty"),
        pytest.param("${NONE:-80}", "80", id="a default stands in for an unset one"),
        pytest.param("${EMPTY:-80}", "80", id="with the colon also for an empty one"),
        pytest.param("[${EMPTY-80}]", "[]", id="without the colon an empty one is kept"),
        pytest.param("${NAME:-80}", "rng", id="a value wins over the default"),
        pytest.param("${NONE:-${OTHER:-y}}z", "xz", id="a default may hold a variable"),
        pytest.param("${NAME:+yes}${NONE:+no}", "yes", id="plus replaces what is set"),
        pytest.param("${NAME:?message}", "rng", id="a required one that is set is its value"),
    ],
)
def test_variables_are_replaced(text: str, expected: str) -> None:
    assert fill(text, VALUES, WHERE) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("${NONE:?who}", "variable 'NONE' is not set: who", id="required and unset"),
        pytest.param("${NAME", "is not closed", id="no closing brace"),
        pytest.param("${1}", "is not a variable", id="no name"),
        pytest.param("${NAME!x}", "is not a variable", id="no operator"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError, match="compose.yml:3.*" + message.replace("$", r"\$")):
        fill(text, VALUES, WHERE)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("FROM_FILE='a b'\nFROM_BOTH=file\n")
    monkeypatch.setenv("FROM_BOTH", "environment")

    found = variables(tmp_path)

    assert (found["FROM_FILE"], found["FROM_BOTH"]) == ("a b", "environment")
