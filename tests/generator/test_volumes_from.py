"""`volumes_from` and `build.additional_contexts`: what only a container with files can give."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, refusal, scale

BACKUP = "backup:\n  image: backup\n  volumes_from:\n    - {}\n"
RNG = "image: app\nexpose: [80]\nvolumes:\n  - /data\n"

LEFT_ALONE = [
    pytest.param("redis", id="the volumes of another service"),
    pytest.param("container:old", id="the volumes of a container outside the file"),
    pytest.param("container:rng", id="a container outside the file of the same name"),
]


@pytest.mark.parametrize("entry", LEFT_ALONE)
@pytest.mark.parametrize("transform", [scale, ambassador])
def test_is_left_alone(transform, entry: str) -> None:
    made = transform(balanced(RNG, BACKUP.format(entry)), "rng")

    assert made.body("backup") == f"image: backup\nvolumes_from:\n  - {entry}\n"


POINTED = [
    pytest.param("rng", "rng1", id="a service"),
    pytest.param("rng:ro", "rng1:ro", id="a service, to read only"),
    pytest.param('"rng:ro"  # its files', '"rng1:ro"  # its files', id="quotes and a comment"),
]


@pytest.mark.parametrize(("entry", "pointed"), POINTED)
def test_leads_to_the_first_replica(entry: str, pointed: str) -> None:
    made = scale(balanced(RNG, BACKUP.format(entry)), "rng")

    assert made.body("backup") == f"image: backup\nvolumes_from:\n  - {pointed}\n"
    assert made.warnings == [
        "compose.yml:8: 'rng' keeps data in volumes without a name (/data): each replica has its"
        " own, and none has what is there now",
        "compose.yml:16: 'backup' takes its volumes from 'rng1' now, one replica of several",
    ]


@pytest.mark.parametrize("command", ["extra-hosts", "ambassador"])
def test_of_a_service_that_leaves_is_refused(command: str) -> None:
    fact = "which leaves this file" if command == "extra-hosts" else "which then runs elsewhere"

    assert refusal(command, balanced(RNG, BACKUP.format("rng")), "rng") == (
        f"16: service 'backup' has `volumes_from` on 'rng', {fact}"
        " / fix: remove 'rng' from `volumes_from` of 'backup'"
    )


def test_volumes_of_the_service_itself_are_those_of_every_replica() -> None:
    made = scale(balanced("image: app\nexpose: [80]\nvolumes_from: [redis]\n"))

    assert made.value("rng1", "volumes_from") == made.value("rng2", "volumes_from") == ["redis"]
    assert made.value("rng", "volumes_from") is None


CONTEXTS = [
    pytest.param("base: service:rng", "base: service:rng1", id="a mapping"),
    pytest.param("- base=service:rng", "- base=service:rng1", id="a list"),
    pytest.param('base: "service:rng"', 'base: "service:rng1"', id="quotes"),
]
APP = "app:\n  build:\n    context: app\n    additional_contexts:\n      {}\n"


@pytest.mark.parametrize(("entry", "pointed"), CONTEXTS)
def test_build_context_is_that_of_the_first_replica(entry: str, pointed: str) -> None:
    made = scale(balanced("build: rng\nexpose: [80]\n", APP.format(entry)), "rng")

    assert made.body("app").endswith(f"    {pointed}\n")


@pytest.mark.parametrize("command", ["extra-hosts", "ambassador"])
def test_build_context_of_a_service_that_leaves_is_refused(command: str) -> None:
    source = balanced("build: rng\nexpose: [80]\n", APP.format("base: service:rng"))

    assert refusal(command, source, "rng").startswith(
        "13: service 'app' has `additional_contexts` on 'rng', which"
    )


def test_other_build_contexts_are_left_alone() -> None:
    source = balanced("build: rng\nexpose: [80]\n", APP.format("base: ../rng"))

    assert (
        extra_hosts(source)
        .body("app")
        .startswith("build:\n  context: app\n  additional_contexts:\n    base: ../rng\n")
    )


CONTAINERS = [
    pytest.param("container:coins_rng", "rng1", id="its container"),
    pytest.param("'container:coins_rng:ro'", "rng1:ro", id="its container, to read only"),
]


@pytest.mark.parametrize(("entry", "pointed"), CONTAINERS)
def test_container_name_that_the_balancer_takes_over_leads_to_the_first_replica(
    entry: str, pointed: str
) -> None:
    made = scale(balanced(RNG + "container_name: coins_rng\n", BACKUP.format(entry)), "rng")

    assert made.body("backup") == f"image: backup\nvolumes_from:\n  - {pointed}\n"
