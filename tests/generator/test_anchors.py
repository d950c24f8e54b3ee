"""Anchors and aliases: replicas share them, and one that others use survives."""

import pytest

from tests.generator.compose import ambassador, extra_hosts, refusal, scale

LEFT_ALONE = [
    pytest.param("image: &image app:1", "image: *image", id="a scalar's"),
    pytest.param("environment: &env {A: b}", "environment: *env", id="a flow mapping's"),
    pytest.param("environment: &env\n      A: b", "environment: *env", id="a block mapping's"),
    pytest.param("command: &run\n      - run\n      - it", "command: *run", id="a sequence's"),
]


@pytest.mark.parametrize(("first", "second"), LEFT_ALONE)
def test_anchor_is_defined_in_the_first_replica_and_named_in_the_others(first, second) -> None:
    build = "" if first.startswith("image") else "    build: .\n"
    made = scale(f"services:\n  rng:\n{build}    {first}\n    expose: [80]\n")

    assert f"    {first}\n" in made.text
    assert made.text.count(f"    {second}\n") == 1
    assert made.services["rng1"] == made.services["rng2"]
    assert "&id" not in made.text


def test_alias_stays_an_alias_in_every_replica() -> None:
    made = scale(
        """
        x-env: &env
          LEVEL: debug
        services:
          rng:
            image: app
            environment: *env
            expose: [80]
        """
    )

    assert made.body("rng1") == made.body("rng2") == "image: app\nenvironment: *env\nexpose: [80]\n"


def test_anchor_of_the_body_is_not_repeated() -> None:
    made = scale("services:\n  rng: &rng\n    image: app\n    expose: [80]\n")

    assert made.text.count("&rng") <= 1
    assert made.services["rng1"] == made.services["rng2"]


@pytest.mark.parametrize("transform", [scale, ambassador, extra_hosts])
def test_body_that_others_merge_is_kept_as_a_fragment(transform) -> None:
    source = (
        "services:\n  rng: &rng\n    image: app\n    expose: [80]\n"
        "  other:\n    <<: *rng\n    command: other\n"
    )

    made = transform(source, "rng")

    assert made.text.startswith("x-rng: &rng\n  image: app\n  expose: [80]\n\nservices:\n")
    assert made.body("other").startswith("<<: *rng\ncommand: other\n")
    assert made.services["other"]["image"] == "app"


@pytest.mark.parametrize("transform", [scale, ambassador, extra_hosts])
def test_part_that_others_use_is_kept_in_a_fragment(transform) -> None:
    source = (
        "services:\n  rng:\n    image: app\n    expose: [80]\n    environment: &env\n"
        "      LEVEL: debug\n  other:\n    image: other\n    environment: *env\n"
    )

    made = transform(source, "rng")

    assert made.services["other"]["environment"] == {"LEVEL": "debug"}
    assert made.text.count("&env") == 1


def test_fragment_has_a_name_of_its_own() -> None:
    made = scale(
        "x-rng: 1\nservices:\n  rng: &rng\n    image: app\n    expose: [80]\n  other: *rng\n"
    )

    assert "x-rng-original: &rng\n" in made.text


def test_v1_has_no_fragments() -> None:
    source = "rng: &rng\n  image: app\n  expose: ['80']\nother:\n  <<: *rng\n"

    assert refusal("scale", source, "rng") == (
        "1: service 'rng' defines the anchor 'rng', which others use"
        " / fix: move what &rng marks to a top-level `x-` entry, and refer to it there"
    )


def test_anchor_that_is_defined_twice_names_what_it_named() -> None:
    source = """
    services:
      first:
        image: &image one
      again:
        image: *image
      redis:
        image: redis
      second:
        image: &image two
      last:
        image: *image
    """

    made = extra_hosts(source)

    assert made.services["again"]["image"] == "one"
    assert made.services["last"]["image"] == "two"


def test_shared_mapping_is_not_edited_for_one_of_its_users() -> None:
    made = extra_hosts(
        """
        x-common: &common
          image: app
          extra_hosts:
            - "old:192.0.2.1"
        services:
          redis:
            image: redis
          one: *common
          two:
            <<: *common
        """
    )

    assert made.text.count('"old:192.0.2.1"') == 3
    hosts = ["old:192.0.2.1", "redis:192.0.2.7"]
    assert made.services["one"]["extra_hosts"] == made.services["two"]["extra_hosts"] == hosts


SHARED = """
x-app: &app
  image: app
  expose: [80]
  labels:
    team: coins
  environment:
    VIRTUAL_HOST: rng.example
    LEVEL: debug
  networks:
    default:
      aliases: [random]
services:
  rng: *app
  other:
    <<: *app
    expose: [81]
"""


def test_replicas_of_a_service_that_is_one_alias_leave_the_fragment_alone() -> None:
    made = scale(SHARED)

    assert made.text.startswith(SHARED[1 : SHARED.index("  rng: *app")])
    assert made.labels("rng1") == made.labels("rng2") == {"team": "coins"}
    assert made.value("rng2", "environment") == {"LEVEL": "debug"}
    assert made.value("rng2", "networks") == ["default"]
    assert made.body("other") == "<<: *app\nexpose: [81]\n"


def test_ambassador_in_the_place_of_an_alias_leaves_the_fragment_alone() -> None:
    made = ambassador(SHARED, "rng")

    assert made.text.startswith(SHARED[1 : SHARED.index("  rng: *app")])
    assert made.value("rng", "networks") == {"default": {"aliases": ["random"]}}


def test_worker_that_is_one_alias_gets_a_number_of_its_own() -> None:
    made = scale("x-app: &app\n  image: app\nservices:\n  rng: *app\n  other: *app\n")

    assert made.body("rng") == "<<: *app\ndeploy:\n  replicas: 2\n"
    assert made.text.endswith("  other: *app\n")


@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_anchor_on_the_name_of_a_service_is_refused(command: str) -> None:
    source = (
        "services:\n  &name rng:\n    image: app\n    expose: [80]\n"
        "  b:\n    image: b\n    hostname: *name\n"
    )

    assert refusal(command, source, "rng") == (
        "2: the name of service 'rng' has the anchor 'name', which is used"
        " / fix: write 'rng' instead of *name"
    )
