"""``--template FOLDER``: a person's own templates, from the command line to what runs."""

from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from ruamel.yaml import YAML

from dcgen.cli import main
from tests.dcgen.door import dcgen
from tests.lb.processes import needs

OWN = '{% include "dcgen/global.j2" %}\n    tune.bufsize 32768\n'
LINE = "tune.bufsize 32768"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    services = "services:\n  rng:\n    image: app\n    expose: [80]\n  redis: {image: redis}\n"
    Path("compose.yml").write_text(services)
    Path("haproxy").mkdir()
    Path("haproxy", "global.j2").write_text(OWN)
    return tmp_path


def made(file: str = "generated.yml", service: str = "rng") -> tuple[dict[str, str], str]:
    """Return the labels of *service* in *file*, and its HAProxy's configuration."""
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(Path(file).read_text())
    body = loaded["services"][service]
    for config in body.get("configs", ()):
        return body["labels"], loaded["configs"][config["source"]]["content"]
    return body["labels"], Path(file).with_name(f"{service}.haproxy.cfg").read_text()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("", id="inline"),
        pytest.param("--dynamic", id="dynamic"),
        pytest.param("--lb-config file", id="a file"),
    ],
)
def test_scale_uses_them_and_uses_them_again(words: str) -> None:
    first = dcgen("scale", "rng", "2", "--template", "haproxy", *words.split())
    assert first.exit_code == 0, first.stderr
    once = made()

    again = dcgen("scale", "rng", "3", "-f", "generated.yml")

    assert again.exit_code == 0, again.stderr
    for labels, text in (once, made()):
        assert labels["dcgen.template"] == "./haproxy"
        assert f"    {LINE}\n" in text


def test_ambassador_uses_them_and_uses_them_again() -> None:
    words = ("ambassador", "redis=db.example:6379", "--template", "haproxy")
    assert dcgen(*words).exit_code == 0

    assert dcgen("ambassador", "redis=other.example:6379", "-f", "generated.yml").exit_code == 0

    labels, text = made(service="redis")
    assert (labels["dcgen.template"], LINE in text) == ("./haproxy", True)
    assert "other.example" in text


def test_changed_template_makes_the_variant_stale() -> None:
    words = ("scale", "rng", "2", "--template", "haproxy")
    dcgen(*words)
    assert dcgen(*words, "--check").exit_code == 0

    Path("haproxy", "global.j2").write_text(OWN.replace("32768", "65536"))

    assert dcgen(*words, "--check").exit_code == 1


@pytest.mark.parametrize("labels", ["{team: a}", "[team=a]"], ids=["a map", "a list"])
def test_label_leads_there_from_the_folder_of_the_output(
    labels: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("compose.yml").read_text()
    Path("compose.yml").write_text(text.replace("image: app", f"image: app\n    labels: {labels}"))
    Path("out").mkdir()
    assert dcgen("scale", "rng", "2", "--template", "haproxy", "-o", "out/it.yml").exit_code == 0

    monkeypatch.chdir("out")
    again = dcgen("scale", "rng", "3", "-f", "it.yml", "-o", "it.yml")

    assert again.exit_code == 0, again.stderr
    found, text = made("it.yml")
    assert (found["dcgen.template"], LINE in text) == ("../haproxy", True)


def test_name_with_a_space_and_a_dollar_comes_back() -> None:
    Path("haproxy").rename("my $HOME")
    assert dcgen("scale", "rng", "2", "--template", "my $HOME").exit_code == 0

    again = dcgen("scale", "rng", "3", "-f", "generated.yml")

    assert again.exit_code == 0, again.stderr
    assert made()[0]["dcgen.template"] == "./my $$HOME"


def test_other_folder_takes_the_place_of_the_former_one() -> None:
    dcgen("scale", "rng", "2", "--template", "haproxy")
    Path("haproxy").rename("moved")

    lost = dcgen("scale", "rng", "2", "-f", "generated.yml")
    moved = dcgen("scale", "rng", "2", "-f", "generated.yml", "--template", "moved")

    assert (lost.exit_code, moved.exit_code) == (1, 0)
    assert lost.stderr.startswith("generated.yml:")
    assert "there is no folder 'haproxy' with templates\n  fix: give `--template`" in lost.stderr
    assert made()[0]["dcgen.template"] == "./moved"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a\n{% if %}", "haproxy/global.j2:2: Expected an expression", id="syntax"),
        pytest.param("a\n{{ nope }}", "haproxy/global.j2:2: 'nope' is undefined", id="a name"),
    ],
)
def test_wrong_template_is_refused_and_nothing_is_written(text: str, said: str) -> None:
    Path("haproxy", "global.j2").write_text(text)

    result = dcgen("scale", "rng", "2", "--template", "haproxy")

    assert result.exit_code == 1
    assert result.stderr.startswith(said)
    assert "\n  fix: " in result.stderr
    assert not Path("generated.yml").exists()


@needs("haproxy")
def test_what_haproxy_refuses_is_not_written() -> None:
    Path("haproxy", "global.j2").write_text(OWN.replace("bufsize", "bufsiz"))

    result = dcgen("scale", "rng", "2", "--template", "haproxy")

    assert result.exit_code == 1
    assert result.stderr.startswith("haproxy/global.j2:2: ")
    assert "\n  [ALERT]" in result.stderr
    assert "unknown keyword 'tune.bufsiz'" in result.stderr
    assert not Path("generated.yml").exists()


@needs("haproxy")
def test_haproxy_judges_with_the_files_of_this_machine() -> None:
    Path("ca.pem").write_text("no certificate")

    words = ("ambassador", "redis=db.example:6379", "--template", "haproxy", "--ca-file", "ca.pem")
    result = dcgen(*words)

    assert result.exit_code == 1
    assert "No such file" not in result.stderr
    assert "ca" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param("--template nope", 1, "there is no folder 'nope' with templates", id="none"),
        pytest.param(
            "--template haproxy --lb-config args", 2, "hamba has templates of its own", id="args"
        ),
        pytest.param("--template compose.yml", 2, "is a file", id="a file"),
    ],
)
def test_folder_that_cannot_be_used_is_refused(words: str, code: int, said: str) -> None:
    result = dcgen("scale", "rng", "2", *words.split())

    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr
    assert "\n  fix: " in result.stderr


def test_render_shows_what_they_make() -> None:
    assert f"    {LINE}\n" in dcgen("render", "80", "www1:80", "--template", "haproxy").output


@needs("haproxy")
def test_render_says_which_line_haproxy_refuses() -> None:
    words = ("render", "80", "127.0.0.1:81", "--template", "haproxy", "--check")
    assert dcgen(*words).exit_code == 0
    Path("haproxy", "global.j2").write_text(OWN.replace("bufsize", "bufsiz"))

    result = dcgen(*words)

    assert result.exit_code == 1
    assert result.stderr.startswith("haproxy/global.j2:2: ")


def test_without_haproxy_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("lb.programs.PLACES", ())
    Path("haproxy", "global.j2").write_text(OWN.replace("bufsize", "bufsiz"))

    assert dcgen("scale", "rng", "2", "--template", "haproxy").exit_code == 0


@pytest.mark.parametrize("command", ["scale", "ambassador", "render"])
def test_folders_are_completed(command: str) -> None:
    shell = ShellComplete(main, {}, "dcgen", "_DCGEN_COMPLETE")

    assert [item.type for item in shell.get_completions([command, "--template"], "h")] == ["dir"]
