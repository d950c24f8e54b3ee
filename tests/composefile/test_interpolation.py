"""Variables are filled in as Docker Compose does; what nothing gives is not known.

The texts were given to Docker Compose 2.26.1, `config`: it answers as `fill` does.
"""

import pytest

from composefile.document import load
from composefile.interpolation import fill, resolve
from faults import Place, UserError

WHERE = Place("compose.yml", 3)
VALUES = {"NAME": "rng", "EMPTY": "", "OTHER": "x", "LOOP": "$LOOP$LOOP"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="text without a dollar sign stays"),
        pytest.param("$$5", "$5", id="two dollar signs are one"),
        pytest.param("a$", "a$", id="a dollar sign at the end stays"),
        pytest.param("$1 $ $é", "$1 $ $é", id="a dollar sign before no name stays"),
        pytest.param("$$$NAME", "$rng", id="an escaped one before a variable"),
        pytest.param("$LOOP", "$LOOP$LOOP", id="a value is not looked into"),
        pytest.param("$NAME:80", "rng:80", id="a bare name ends at the first other character"),
        pytest.param("${NAME}x", "rngx", id="braces end a name"),
        pytest.param("[${NONE}]", "[]", id="an unset one is empty"),
        pytest.param("${NONE:-80}", "80", id="a default stands in for an unset one"),
        pytest.param("${EMPTY:-80}", "80", id="with the colon also for an empty one"),
        pytest.param("[${EMPTY-80}]", "[]", id="without the colon an empty one is kept"),
        pytest.param("${NAME:-80}", "rng", id="a value wins over the default"),
        pytest.param("${NONE:-${OTHER:-y}}z", "xz", id="a default may hold a variable"),
        pytest.param("${NONE:-{}}", "{}", id="a default may be braces"),
        pytest.param("${NONE:-{a}", "{a", id="a brace alone does not open"),
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
        pytest.param("${NONE:-${NAME}", "is not closed", id="no closing brace of two"),
        pytest.param("${NONE:?}", "variable 'NONE' is not set", id="required, without a message"),
        pytest.param("${1}", "is not a variable", id="no name"),
        pytest.param("${NAME!x}", "is not a variable", id="no operator"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError, match="compose.yml:3.*" + message.replace("$", r"\$")):
        fill(text, VALUES, WHERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="text without a dollar sign"),
        pytest.param("$$5", "$5", id="two dollar signs are one"),
        pytest.param("${NAME}:80", "rng:80", id="a value"),
        pytest.param("${NONE:-80}", "80", id="a default"),
        pytest.param("${NONE:-${OTHER:-y}}z", "xz", id="a default may hold a variable"),
        pytest.param("${NONE:+no}", "", id="what is left out"),
        pytest.param("${EMPTY-80}", "", id="an empty value that is asked for"),
        pytest.param("$NONE", None, id="nothing is known of an unset one"),
        pytest.param("$EMPTY", None, id="nor of an empty one"),
        pytest.param("${NONE:?who}", None, id="nor of one that a person must set"),
        pytest.param("${NONE:-$NONE}", None, id="nor of a default without a value"),
        pytest.param("$LOOP", "$LOOP$LOOP", id="a value is not looked into"),
    ],
)
def test_what_nothing_gives_is_not_known(text: str, expected: str | None) -> None:
    assert resolve(text, VALUES) == expected


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("image: ${A", id="a value"),
        pytest.param("environment: ['A=${A:-${B}']", id="a default"),
        pytest.param("command: |\n      echo ${A%%x}", id="a shell's own braces"),
    ],
)
def test_a_file_that_compose_cannot_fill_in_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(UserError, match=r"compose.yml:3: .*(not closed|not a variable)"):
        load(f"services:\n  a:\n    {line}\n", "compose.yml")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("image: a$$", id="two dollar signs"),
        pytest.param("image: '$${A'", id="an escaped brace"),
        pytest.param("labels: {'${A': b}", id="a key, which Compose does not fill in"),
        pytest.param("image: a # ${A", id="a comment"),
    ],
)
def test_what_compose_does_not_fill_in_is_left_alone(line: str) -> None:
    assert load(f"services:\n  a:\n    {line}\n", "compose.yml").names == ["a"]
