"""What a generated container may do: no more than HAProxy needs, wherever Docker lets us say so."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from dcgen.cli import main

SOURCE = "services:\n  redis:\n    image: redis\nsecrets:\n  pw: {file: ./pw.txt}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SOURCE)


def made(words: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["ambassador", "redis=a.example:6379", *words.split()])
    assert result.exit_code == 0, result.stderr
    services = YAML(typ="safe", pure=True).load(Path("generated.yml").read_text())["services"]
    found: dict[str, Any] = services["redis"]
    return found


@pytest.mark.parametrize("words", ["", "--lb-config file"])
def test_it_has_no_capabilities_and_gets_none(words: str) -> None:
    service = made(words)

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service  # the image's own is none that may do more


def test_root_is_read_only_if_the_configuration_is_a_file() -> None:
    service = made("--lb-config file")

    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("", id="inline configuration"),
        pytest.param("--lb-config file --auth-secret pw", id="secret"),
    ],
)
def test_root_stays_writable_for_what_compose_copies_into_it(words: str) -> None:
    assert "read_only" not in made(words)


def test_root_is_writable_again_when_the_configuration_is_inline_again() -> None:
    made("--lb-config file")

    assert "read_only" not in made("--lb-config inline -f generated.yml")
