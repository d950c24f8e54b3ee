"""`--lb-config args`: what a balancer's image is told by arguments, and beside them."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from ambassador.access import ChosenAccess
from dcgen.cli import main
from lb.options import ChosenOptions, PortOptions


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text("services:\n  rng:\n    image: app\n    expose: [80]\n")


def scaled(words: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["scale", *words.split()])
    assert result.exit_code == 0, result.stderr
    services = YAML(typ="safe", pure=True).load(Path("generated.yml").read_text())["services"]
    found: dict[str, Any] = services["rng"]
    return found


def test_image_of_ours_gets_the_options_in_a_variable() -> None:
    service = scaled("rng 2 --lb-config args --lb-image example/lb --mode http --sticky")

    assert service["command"] == "80 rng1:80 rng2:80"
    assert service["environment"] == {"DCGEN_OPTIONS": "mode=http sticky=yes"}


def test_arguments_stay_arguments_when_it_is_scaled_again() -> None:
    scaled("rng 2 --lb-config args --lb-image example/lb --mode http")

    service = scaled("rng 3 -f generated.yml")

    assert service["command"] == "80 rng1:80 rng2:80 rng3:80"
    assert service["environment"] == {"DCGEN_OPTIONS": "mode=http"}
    assert "configs" not in service


def test_hamba_knows_no_options() -> None:
    words = ("scale", "rng=2", "--lb-config", "args", "--mode", "http")

    result = CliRunner().invoke(main, words)

    assert result.exit_code == 2
    assert "takes no options" in result.stderr


@pytest.mark.parametrize(
    ("command", "kind"),
    [("scale", ChosenOptions), ("scale", PortOptions), ("ambassador", ChosenAccess)],
)
def test_what_a_label_can_say_can_be_chosen(command: str, kind: Any) -> None:
    found = main.get_command(click.Context(main, **main.context_settings), command)

    assert found
    # What is chosen for one port is chosen by the same options.
    names = {field.name for field in fields(kind)} - {"by_port"}
    assert names <= {param.name for param in found.params}


def test_options_of_one_port_are_kept_when_it_is_scaled_again() -> None:
    scaled("rng 2 --port 80 --port 22 --port 50051 --mode 80=http --server-maxconn 22=9")

    service = scaled("rng 3 -f generated.yml --mode 50051=grpc")

    options = "server-maxconn:22=9 mode:80=http mode:50051=h2c"
    assert service["labels"]["dcgen.options"] == options


def test_options_of_a_port_of_one_of_several_hold_when_they_are_scaled_again() -> None:
    with Path("compose.yml").open("a") as file:
        file.write("  web:\n    image: app\n    expose: [81]\n")
    scaled("rng=2 web=2 --mode 81=http")

    scaled("rng=3 web=3 --mode 81=tcp -f generated.yml")


def test_an_affinity_is_taken_back_when_it_is_scaled_again() -> None:
    scaled("rng 2 --sticky --mode http")

    service = scaled("rng 3 -f generated.yml --no-sticky")

    assert service["labels"]["dcgen.options"] == "mode=http"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ["--health-path", "/a b"],
            2,
            "'/a b' contains a space\n  fix: give one word: health-path=/a\n",
            id="a space",
        ),
        pytest.param(
            ["--health-path", "a"],
            1,
            "'a' is not a value of health-path\n"
            "  fix: give health-path a path such as '/healthz'\n",
            id="no path",
        ),
        pytest.param(
            ["--stats-secret", "pw"],
            1,
            "there is no statistics page to protect\n  fix: give its port with `--stats PORT`\n",
            id="half of two",
        ),
    ],
)
def test_value_that_is_none_is_refused(words: list[str], code: int, said: str) -> None:
    result = CliRunner().invoke(main, ["scale", "rng", "2", *words])

    assert (result.exit_code, result.stderr) == (code, said)


def test_label_that_does_not_read_is_refused_where_it_stands() -> None:
    scaled("rng 2 --mode http")
    made = Path("generated.yml")
    made.write_text(made.read_text().replace("mode=http", "mode=udp"))

    result = CliRunner().invoke(main, ["scale", "rng", "3", "-f", "generated.yml"])

    assert result.exit_code == 1
    assert "'udp' is not a value of mode" in result.stderr
    assert result.stderr.startswith("generated.yml:")
