"""`extends`: what is inherited counts, and goes by `!reset` or `!override` where it must go."""

import pytest

from tests.generator.compose import ambassador, extra_hosts, refusal, scale

BASE = {"base/common.yml": 'services:\n  base:\n    image: app\n    ports: ["8001:80"]\n'}
SOURCE = """
services:
  rng:
    extends:
      file: base/common.yml
      service: base
    environment:
      LEVEL: debug
  redis:
    image: redis
"""


def test_ports_of_a_base_in_another_file_are_the_balancers(tmp_path) -> None:
    made = scale(SOURCE, folder=tmp_path, files=BASE)

    assert made.value("rng", "ports") == ["8001:80"]
    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:80 rng2:80"
    assert made.body("rng1") == (
        "extends:\n  file: base/common.yml\n  service: base\n"
        "environment:\n  LEVEL: debug\nports: !reset []\n"
    )


def test_base_in_the_same_file_may_be_anything() -> None:
    made = scale(
        """
        services:
          base:
            image: app
            container_name: coins_rng
            expose: ["80"]
          rng:
            extends: base
        """
    )

    assert made.carried("rng").splitlines() == [
        'container_name: "coins_rng"',
        "expose:",
        "  - 80",
    ]
    assert made.body("rng1") == "extends: base\ncontainer_name: !reset null\n"


def test_base_that_cannot_be_read_is_named() -> None:
    source = "services:\n  rng:\n    extends: {file: base.yml, service: base}\n  a: {image: a}\n"

    assert refusal("scale", source, "rng") == (
        "3: service 'rng' extends 'base' of 'base.yml', which cannot be read"
        " / fix: put 'base.yml' where `extends:` says, relative to the Compose file"
    )


@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
@pytest.mark.parametrize("extends", ["rng", "{service: rng}"])
def test_what_others_extend_is_refused(command: str, extends: str) -> None:
    source = (
        "services:\n  rng:\n    image: app\n    expose: [80]\n"
        f"  rng-debug:\n    extends: {extends}\n"
    )

    assert refusal(command, source, "rng").startswith(
        "6: service 'rng-debug' has `extends` on 'rng'"
    )


def test_same_name_in_another_file_is_no_reference(tmp_path) -> None:
    files = {"other.yml": "services:\n  redis:\n    image: redis\n"}
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
          cache:
            extends:
              file: other.yml
              service: redis
        """,
        folder=tmp_path,
        files=files,
    )

    assert made.body("cache").startswith("extends:\n  file: other.yml\n  service: redis\n")


def test_ambassador_of_a_service_that_extends_extends_nothing(tmp_path) -> None:
    made = ambassador(SOURCE, "rng", folder=tmp_path, files=BASE)

    assert made.value("rng", "extends") is None
    assert made.value("rng", "ports") == ["8001:80"]


def test_inherited_dependency_on_a_service_that_leaves_is_overridden(tmp_path) -> None:
    files = {"base.yml": "services:\n  base:\n    image: a\n    depends_on: [redis, db]\n"}
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
          db:
            image: postgres
          web:
            extends: {file: base.yml, service: base}
        """,
        folder=tmp_path,
        files=files,
    )

    assert made.value("web", "depends_on") in (["db"], {"db": None})
    assert "!override" in made.text


@pytest.mark.parametrize("tag", ["!reset null", "!reset []"])
def test_reset_is_carried_through(tag: str, tmp_path) -> None:
    source = SOURCE.rstrip() + f"\n    volumes: {tag}\n"

    assert f"volumes: {tag}\n" in extra_hosts(source, "rng", folder=tmp_path, files=BASE).text


def test_override_is_carried_through(tmp_path) -> None:
    source = SOURCE.replace("LEVEL: debug", "LEVEL: debug\n    ports: !override\n      - '9001:90'")

    made = scale(source, folder=tmp_path, files=BASE)

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:90 rng2:90"
    assert made.value("rng", "ports") == ["9001:90"]
