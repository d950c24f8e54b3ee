"""`${VAR:-default}` where a name, a mount or an image may stand: read as Compose will read it."""

import pytest

from tests.generator.compose import extra_hosts, scale

FILE = """\
services:
  redis:
    image: redis
    {line}
  web:
    image: web
    {more}
"""
NAMES = [
    pytest.param("container_name: ${NAME:-store}", "${NAME:-store}", id="container_name"),
    pytest.param("hostname: ${NAME-store}", "${NAME-store}", id="hostname"),
    pytest.param(
        "networks: {default: {aliases: ['${NAME:-store}']}}", "${NAME:-store}", id="an alias"
    ),
]


@pytest.mark.parametrize(("line", "name"), NAMES)
def test_a_name_with_a_variable_stays_one_in_a_list_of_hosts(line: str, name: str) -> None:
    made = extra_hosts(FILE.format(line=line, more="command: web"))

    assert made.value("web", "extra_hosts") == ["redis:192.0.2.7", f"{name}:192.0.2.7"]


@pytest.mark.parametrize("line", [pytest.param(case.values[0], id=case.id) for case in NAMES])
def test_in_a_mapping_it_is_filled_in_since_compose_fills_in_no_keys(line: str) -> None:
    made = extra_hosts(FILE.format(line=line, more="extra_hosts: {a: 192.0.2.1}"))

    hosts = {"a": "192.0.2.1", "redis": "192.0.2.7", "store": "192.0.2.7"}
    assert made.value("web", "extra_hosts") == hosts


def test_one_that_nothing_gives_is_said_to_be_missing_there() -> None:
    made = extra_hosts(FILE.format(line="hostname: $H", more="extra_hosts: {a: 192.0.2.1}"))

    assert made.value("web", "extra_hosts") == {"a": "192.0.2.1", "redis": "192.0.2.7"}
    assert "compose.yml:7: 'web' does not learn the name `$H`, which nothing gives" in made.warnings


MOUNTS = [
    pytest.param("${DATA:-./data}:/d", "${DATA:-./data}", id="a default"),
    pytest.param("${A:-${B:-x:y}}:/d:rw", "${A:-${B:-x:y}}", id="a colon in a default"),
]


@pytest.mark.parametrize(("volume", "source"), MOUNTS)
def test_a_shared_mount_is_named_whole(volume: str, source: str) -> None:
    made = scale(
        FILE.format(line=f"expose: [80]\n    volumes: ['{volume}']", more="tty: true"), "redis"
    )

    assert any(f"write to {source}: " in warning for warning in made.warnings)


IMAGES = ["postgres:${V}", "${REGISTRY}/postgres:16", "${IMAGE:-postgres:16}", "postgres:$V"]


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_whose_name_is_certain_is_known(image: str) -> None:
    made = scale(f"services:\n  db: {{image: '{image}'}}\n  web: {{image: web}}\n", "db")

    assert "db1:5432" in made.value("db", "labels")["dcgen.balances"]
    assert any("runs postgres" in warning for warning in made.warnings)


REFERENCES = [
    pytest.param("depends_on: ['${STORE:-redis}']", "depends_on", None, id="depends_on"),
    pytest.param("links: ['${STORE:-redis}:s']", "links", None, id="links"),
    pytest.param(
        "links: ['${STORE:-redis}', other]", "links", ["other"], id="one of several links"
    ),
]


@pytest.mark.parametrize(("line", "key", "left"), REFERENCES)
def test_a_reference_by_a_variable_goes_with_the_service(
    line: str, key: str, left: list[str] | None
) -> None:
    made = extra_hosts(FILE.format(line="tty: true", more=line) + "  other: {image: other}\n")

    assert made.services["web"].get(key) == left
    assert "redis:192.0.2.7" in made.value("web", "extra_hosts")


def test_volumes_from_a_variable_come_from_the_first_replica() -> None:
    source = FILE.format(line="expose: [80]", more="volumes_from: ['${S:-redis}:ro']")

    made = scale(source, "redis")

    assert made.value("web", "volumes_from") == ["redis1:ro"]
