"""A service that others extend changes: what they say stays what it was."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

SOURCE = """\
services:
  rng:
    image: app
    ports: ["8001:80"]
    container_name: dice
    environment: {A: b, C: d}
    volumes: [./here:/here]
    logging: {driver: syslog}
  # for developers
  debug:
    extends: EXTENDS
    container_name: dice-debug
    ports: !override ["8002:80"]
    # the reason
    environment: # of course
      - C=e # louder
      # - F=g
  flow: {extends: rng, container_name: other, command: ["a, b"]}
  third: {extends: flow, container_name: third}
  worker: {image: worker}
"""
COMMANDS = ["scale rng 2", "scale rng 2 --overlay", "extra-hosts rng=192.0.2.7"]
COMMANDS += ["ambassador rng=192.0.2.7:80"]


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / "compose.yml").write_text(SOURCE.replace("EXTENDS", "rng"))
    return folder


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("extends", ["rng", "{service: rng}"])
def test_who_extends_what_changes_is_what_it_was(
    folder: Path, version: str, command: str, extends: str
) -> None:
    (folder / "compose.yml").write_text(SOURCE.replace("EXTENDS", extends))
    before = composes.config(version, folder, "compose.yml")["services"]

    result = dcgen(*command.split())
    files = ["generated.yml"] if "overlay" not in command else ["compose.yml", "generated.yml"]
    after = composes.config(version, folder, *files)["services"]

    assert result.exit_code == 0, result.stderr
    for name in ("debug", "flow", "third"):
        after[name].pop("extra_hosts", None)
        assert after[name] == before[name]


def test_comments_and_what_it_says_itself_stay(folder: Path) -> None:
    dcgen("scale", "rng", "2")

    made = (folder / "generated.yml").read_text()
    comments = [
        "# for developers\n  debug:",
        "# the reason",
        "# of course",
        "# louder",
        "# - F=g",
    ]

    assert [made.count(comment) for comment in comments] == [1] * len(comments)
    assert "    container_name: dice-debug\n" in made
    assert "  third: {extends: flow, container_name: third}\n" in made


def test_a_refusal_is_of_the_lines_of_the_file(folder: Path) -> None:
    text = "services:\n  debug: {extends: rng}\n  rng:\n    image: app\n    ports: [80/udp]\n"
    (folder / "compose.yml").write_text(text)

    result = dcgen("scale", "rng", "2")

    assert result.exit_code == 1
    assert result.stderr.startswith("compose.yml:5: service 'rng' declares UDP ports only")
