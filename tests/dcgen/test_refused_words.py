"""In what words wrong arguments are refused, and where ``-f`` may stand."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="dcgen")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["SCALE"], "there is no command 'SCALE'\n  fix: did you mean 'scale'?\n", id="case"
        ),
        pytest.param(
            ["scale", "--prot", "3"],
            "there is no option '--prot'\n  fix: did you mean '--port'?\n",
            id="an option",
        ),
        pytest.param(
            ["--frobnicate"],
            "there is no option '--frobnicate'\n  fix: see: dcgen --help\n",
            id="an option of the group",
        ),
        pytest.param(
            ["scale"],
            "missing argument 'SERVICE N | SERVICE=N…'\n  fix: see: dcgen scale --help\n",
            id="no argument",
        ),
        pytest.param(
            ["-p", "shop", "up"],
            "there is no option '-p': the project is named as Compose names it\n"
            "  fix: set it in the environment: COMPOSE_PROJECT_NAME=NAME dcgen …\n",
            id="the project, as Compose takes it",
        ),
    ],
)
def test_wrong_arguments_are_refused_in_one_dialect(words: list[str], said: str) -> None:
    result = run(*words)

    assert (result.exit_code, result.stderr) == (2, said)


def test_file_may_stand_before_the_command_as_with_compose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yml").write_text("services:\n  rng: {image: app, expose: [80]}\n")

    before = run("-f", "mine.yml", "scale", "rng", "2", "-o", "-")

    assert before.exit_code == 0, before.stderr
    assert before.output == run("scale", "rng", "2", "-f", "mine.yml", "-o", "-").output
    assert before.output == run("--file=mine.yml", "scale", "rng", "2", "-o", "-").output
