"""A Dockerfile says how its image starts."""

from dataclasses import replace

import pytest

from composefile.dockerfile import Image, parse_dockerfile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("FROM x\n# CMD no\n", Image(), id="nothing said, nothing known"),
        pytest.param('FROM x\nCMD ["python", "a.py"]\n', Image(cmd=("python", "a.py")), id="exec"),
        pytest.param("FROM x\nCMD python a.py\n", Image(cmd=("python", "a.py")), id="plain words"),
        pytest.param(
            "FROM x\nCMD python a.py --port $PORT\n",
            Image(cmd=("python", "a.py", "--port", "$PORT"), needs_shell=True),
            id="only a shell can read it",
        ),
        pytest.param(
            'FROM x\ncmd [ "python", \\\n  # why\n  "a.py" ]\n',
            Image(cmd=("python", "a.py")),
            id="lines are joined, a comment between them is not part of it",
        ),
        pytest.param(
            'FROM x\nENTRYPOINT ["python"]\nCMD ["a.py"]\n',
            Image(entrypoint=("python",), cmd=("a.py",)),
            id="entrypoint and arguments",
        ),
        pytest.param(
            "FROM x\nEXPOSE 80 443/TCP 53/udp 80\n", Image(ports=(80, 443)), id="TCP ports, once"
        ),
        pytest.param(
            "FROM x\nEXPOSE 80 \\\n# c\n\n 81\n", Image(ports=(80, 81)), id="a comment inside"
        ),
        pytest.param("FROM x\nEXPOSE\t8000-8002\n", Image(ports=(8000, 8001, 8002)), id="a range"),
        pytest.param(
            "FROM x\nEXPOSE ${P} 1-2000000000 70000 \u00b2 9\n",
            Image(ports=(9,)),
            id="no port numbers",
        ),
        pytest.param(
            "FROM x\nENV A=1 B='x y'\nENV OLD one two\nENV C=$A\n",
            Image(env=(("A", "1"), ("B", "x y"), ("OLD", "one two"))),
            id="variables in both forms, without those made of others",
        ),
        pytest.param("FROM x\nWORKDIR /srv\nWORKDIR app\n", Image(workdir="/srv/app"), id="folder"),
        pytest.param(
            "FROM x AS build\nEXPOSE 1\nFROM y\nEXPOSE 2\n", Image(ports=(2,)), id="last stage"
        ),
        pytest.param(
            "FROM x AS base\nEXPOSE 1\nFROM base\nEXPOSE 2\n",
            Image(ports=(1, 2)),
            id="a stage that goes on where another ended",
        ),
    ],
)
def test_the_last_stage_counts(text: str, expected: Image) -> None:
    assert replace(parse_dockerfile(text), base="") == expected


def test_the_target_stage_counts_if_one_is_named() -> None:
    text = "FROM x AS dev\nEXPOSE 1\nFROM y AS prod\nEXPOSE 2\n"

    assert parse_dockerfile(text, "dev") == Image(ports=(1,), base="x")


def test_base_is_the_image_that_the_first_of_its_stages_starts_from() -> None:
    text = "FROM --platform=linux/amd64 nginx:1 AS a\nFROM a AS b\nFROM other AS c\n"

    assert [parse_dockerfile(text, stage).base for stage in ("b", "c")] == ["nginx:1", "other"]
