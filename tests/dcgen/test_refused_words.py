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
            ["up", "--publish-on", "localhost"],
            "'localhost' is not an IP address\n"
            "  fix: write 127.0.0.1, 0.0.0.0, or another address of this host\n",
            id="a name to listen on",
        ),
        *(
            pytest.param(
                [command, "--registry", "https://r.example/x", "--tag", "1"],
                "'https://r.example/x' is not the place of a registry\n"
                "  fix: write it as HOST[:PORT][/PATH], without https://:"
                " `--registry registry.example/coins`\n",
                id=f"a URL in place of a registry, of {command}",
            )
            for command in ("kubernetes", "swarm", "ship")
        ),
        *(
            pytest.param(
                [command, "--registry", "r.example/x", "--tag", "a b"],
                "'a b' is not a tag: letters, digits, '.', '_', '-', at most 128\n"
                "  fix: give one like `--tag v1.2`\n",
                id=f"a tag with a space, of {command}",
            )
            for command in ("kubernetes", "swarm")
        ),
        *(
            pytest.param(
                [*command, "--namespace", "Bad_Name"],
                "'Bad_Name' is not the name of a namespace: small letters, digits and '-',"
                " at most 63\n  fix: give one like `--namespace coins`\n",
                id=f"a namespace, of {' '.join(command)}",
            )
            for command in (["kubernetes"], ["lb", "status"])
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
        pytest.param(
            ["up", "-p", "shop"],
            "there is no option '-p': the project is named as Compose names it\n"
            "  fix: set it in the environment: COMPOSE_PROJECT_NAME=NAME dcgen …\n",
            id="the project, after a command",
        ),
        pytest.param(
            ["lb", "status", "--project-name=shop"],
            "there is no option '--project-name': the project is named as Compose names it\n"
            "  fix: set it in the environment: COMPOSE_PROJECT_NAME=NAME dcgen …\n",
            id="the project, after a command of lb",
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["-f", "rng"], "there is no log of 'compose.yml'", id="before a service"),
        pytest.param(["rng", "-f"], "there is no log of 'compose.yml'", id="at the end"),
        pytest.param(["-f", "mine.yml"], "there is no log of 'mine.yml'", id="before a file"),
        pytest.param(["-f", "plain"], "there is no log of 'plain'", id="before a file of any name"),
        pytest.param(["-f", "nope"], "no service named 'nope'", id="before nothing known"),
        pytest.param(["-f", "nope.yml"], "nope.yml: the Compose file does not exist", id="no file"),
    ],
)
def test_logs_take_f_for_a_file_or_to_follow_as_compose_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rng").mkdir()
    for name in ("compose.yml", "mine.yml", "plain"):
        Path(name).write_text("services:\n  rng: {image: app, expose: [80]}\n")

    result = run("logs", "--engine", "process", *words)

    assert said in result.stderr


def test_file_before_logs_is_a_file_whatever_its_name() -> None:
    assert "rng: the Compose file does not exist" in run("-f", "rng", "logs").stderr
