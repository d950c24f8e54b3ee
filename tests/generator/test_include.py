"""`include`: included files are read, and never changed; override files beside are spoken of."""

import pytest

from composefile.model import Model
from generator.checks.other_files import override_notices
from tests.generator.compose import ambassador, document, extra_hosts, project, refusal, scale

MAIN = """
include:
  - {}
services:
  redis:
    image: redis
  rng:
    image: app
    expose: [80]
"""
SIDE = "services:\n  side:\n    image: side\n{}"

LEFT_ALONE = [
    pytest.param("", id="one that does not need it"),
    pytest.param("    depends_on: [redis]\n", id="one that depends on it"),
    pytest.param("    links: ['redis:store']\n", id="one that links to it"),
]


@pytest.mark.parametrize("needs", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, ambassador])
def test_included_service_may_be(transform, needs: str, tmp_path) -> None:
    made = transform(
        MAIN.format("side.yml"), "redis", folder=tmp_path, files={"side.yml": SIDE.format(needs)}
    )

    assert made.text.startswith("include:\n  - side.yml\nservices:\n")


NEEDS = [
    pytest.param("    network_mode: service:redis\n", "network_mode", 4, id="its network"),
    pytest.param("    volumes_from: [redis]\n", "volumes_from", 4, id="its volumes"),
    pytest.param(
        "    depends_on:\n      redis:\n        condition: service_completed_successfully\n",
        "depends_on",
        4,
        id="its end",
    ),
]


@pytest.mark.parametrize(("needs", "key", "line"), NEEDS)
@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_is_refused_if_an_included_service_needs(command, needs, key, line, tmp_path) -> None:
    files = {"side.yml": SIDE.format(needs)}

    message = refusal(command, MAIN.format("side.yml"), "redis", folder=tmp_path, files=files)

    assert message.startswith(
        f"{line}: service 'side' of an included file has `{key}` on 'redis', which"
    )


INCLUDES = [
    pytest.param("side.yml", id="short"),
    pytest.param("{path: side.yml}", id="long"),
    pytest.param("{path: [side.yml]}", id="a list"),
    pytest.param("${SIDE:-side.yml}", id="a variable with a default"),
    pytest.param("deep/nested.yml", id="a file that includes another"),
]


@pytest.mark.parametrize("include", INCLUDES)
def test_included_reference_to_a_service_that_leaves_is_refused(include: str, tmp_path) -> None:
    side = SIDE.format("    depends_on: [redis]\n")
    files = {
        "side.yml": side,
        "deep/nested.yml": "include: [again.yml]\nservices:\n  n:\n    image: n\n",
        "deep/again.yml": side,
    }

    message = refusal("extra-hosts", MAIN.format(include), "redis", folder=tmp_path, files=files)

    assert message == (
        "4: service 'side' of an included file has `depends_on` on 'redis', which leaves this file"
        " / fix: remove 'redis' from `depends_on` there, or put both into one file"
    )


def test_included_services_are_said_not_to_learn_the_address(tmp_path) -> None:
    files = {"side.yml": SIDE.format("")}

    made = extra_hosts(MAIN.format("side.yml"), folder=tmp_path, files=files)

    assert made.warnings == [
        "side.yml:2: 'side' of an included file is not told that 'redis' is at 192.0.2.7"
    ]


def test_files_that_include_each_other_come_to_an_end(tmp_path) -> None:
    files = {"side.yml": "include: [side.yml]\n" + SIDE.format("")}

    made = extra_hosts(MAIN.format("side.yml"), folder=tmp_path, files=files, unread=True)

    assert "redis:" not in made.text.partition("rng:")[0]


def test_service_of_an_included_file_is_looked_for_there() -> None:
    assert refusal("scale", MAIN.format("side.yml"), "side") == (
        "3: no service named 'side' here; the file includes others"
        " / fix: give the file that defines 'side' with `-f`, or choose from: redis, rng"
    )


OVERRIDES = [
    pytest.param("compose.override.yml", True, id="compose.override.yml"),
    pytest.param("docker-compose.override.yaml", True, id="docker-compose.override.yaml"),
    pytest.param("compose.prod.yml", False, id="a file that Compose does not read by itself"),
]


@pytest.mark.parametrize(("file", "is_said"), OVERRIDES)
def test_override_beside_the_file_that_names_the_service_is_said(file, is_said, tmp_path) -> None:
    around = project(tmp_path, {file: "services:\n  rng:\n    environment: [LEVEL=debug]\n"})
    model = Model(document(MAIN.format("side.yml").lstrip()), around)

    notices = [str(notice) for notice in override_notices(model, "rng", ["compose.yml"])]

    said = f"{file}:2: this override of 'rng' is not read"
    assert notices == ([said] if is_said else [])
    assert list(override_notices(model, "redis", ["compose.yml"])) == []
    assert list(override_notices(model, "rng", ["compose.yml", file])) == []
