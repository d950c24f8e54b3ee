"""Messages about files that were merged name the file and the line that a person wrote."""

from pathlib import Path

import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from faults import Place
from generator.merge import merge
from tests.dcgen.door import dcgen

FIRST = """\
x-logging: &logging
  driver: local

services:
  web:
    image: nginx
    logging: *logging
    ports:
      - "80"
      - "8080:81"
    environment: [A=b]
  redis: {image: redis, command: one}
"""
SECOND = """\
# Only what differs here.

services:
  redis:
    command: two
  web:
    environment:
      C: d
    ports:
      - "443"

    devices: ["/dev/null:/dev/null"]
  more:
    image: more
    privileged: true
"""
THIRD = "services:\n  web:\n    cap_add: [ALL]\n\n    ports:\n      - '444'\n"


@pytest.fixture
def merged() -> Model:
    project = Project(Path())
    document = load(FIRST, "compose.yml")
    for text, name in ((SECOND, "second.yml"), (THIRD, "third.yml")):
        document = merge(document, load(text, name, fragment=True), project)
    return Model(document, project)


@pytest.mark.parametrize(
    ("service", "key", "index", "file", "line"),
    [
        ("web", "", None, "compose.yml", 5),
        ("web", "image", None, "compose.yml", 6),
        ("web", "logging", None, "compose.yml", 7),
        ("web", "ports", 0, "compose.yml", 9),
        ("web", "ports", 1, "compose.yml", 10),
        ("web", "ports", 2, "second.yml", 10),
        ("web", "ports", 3, "third.yml", 6),
        ("web", "devices", None, "second.yml", 12),
        ("web", "cap_add", None, "third.yml", 3),
        ("redis", "image", None, "compose.yml", 12),
        ("redis", "command", None, "second.yml", 5),
        ("more", "", None, "second.yml", 13),
        ("more", "privileged", None, "second.yml", 15),
    ],
)
def test_each_part_of_merged_files_has_the_place_where_it_was_written(
    merged: Model, service: str, key: str, index: int | None, file: str, line: int
) -> None:
    assert merged.where(service, key, index) == Place(file, line)


@pytest.mark.parametrize(
    ("command", "line"), [(["kubernetes"], 12), (["swarm"], 15), (["scale", "more", "2"], 15)]
)
def test_what_is_refused_of_merged_files_is_found_there(
    command: list[str], line: int, folder: Path
) -> None:
    (folder / "compose.yml").write_text(FIRST)
    (folder / "compose.override.yml").write_text(
        SECOND.replace("privileged: true", "network_mode: host")
    )
    result = dcgen(*command, "-o", "made.yml")

    assert result.exit_code == 1
    assert f"compose.override.yml:{line}: " in result.stderr
    assert "compose.yml:" not in result.stderr.replace("compose.override.yml:", "")


def test_what_a_further_step_refuses_is_found_in_the_file_that_was_merged(folder: Path) -> None:
    (folder / "compose.yml").write_text(FIRST)
    (folder / "compose.override.yml").write_text(
        SECOND.replace("privileged: true", "network_mode: host")
    )
    first = dcgen("scale", "web", "2")
    then = dcgen("scale", "more", "2")

    assert (first.exit_code, then.exit_code) == (0, 1)
    assert then.stderr.startswith(
        "compose.override.yml:15: service 'more' has `network_mode: host`"
    )


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        pytest.param('{GOOD: "1"}', '[A=1, "bad name=4"]', 4, id="a list on a mapping"),
        pytest.param("[GOOD=1]", '{A: 1,\n      "bad name": 4}', 5, id="a mapping on a list"),
    ],
)
def test_a_variable_is_found_whichever_form_its_file_has(
    first: str, second: str, line: int, folder: Path
) -> None:
    head = "services:\n  web:\n    image: nginx\n    environment: "
    (folder / "a.yml").write_text(f"{head}{first}\n")
    (folder / "b.yml").write_text(f"{head}{second}\n")
    result = dcgen("kubernetes", "-f", "a.yml", "-f", "b.yml", "-o", "-")

    assert result.exit_code == 1
    assert f"b.yml:{line}: 'bad name'" in result.stderr


def test_what_no_service_uses_may_hold_any_number_of_aliases(folder: Path) -> None:
    levels = "".join(
        f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 60 if n else ['x'])}]\n" for n in range(5)
    )
    services = "services:\n  web: {image: a, ports: ['80']}\n  api: {image: a, ports: ['81']}\n"
    (folder / "compose.yml").write_text(f"x-many:\n{levels}{services}")

    assert dcgen("scale", "web=2", "api=2").exit_code == 0
