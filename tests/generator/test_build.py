"""Replicas of a service that is built: one build for all, if they have one image."""

import pytest

from tests.generator.compose import balanced, scale

BUILD = "build: rng\nexpose: [80]\n"
IMAGE = f"{BUILD}image: coins/rng:${{TAG:-1}}\n"


def keys(lines: str) -> list[dict[str, object]]:
    made = scale(balanced(lines), "rng", 3)
    return [made.services[name] for name in ("rng1", "rng2", "rng3")]


def test_first_replica_is_built_and_the_others_take_its_image() -> None:
    first, *others = keys(IMAGE)

    assert first["build"] == "rng"
    assert {body["image"] for body in (first, *others)} == {"coins/rng:${TAG:-1}"}
    assert all("build" not in body for body in others)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(BUILD, id="no image: each has a tag of its own"),
        pytest.param(f"{IMAGE}develop: {{watch: [{{path: ., action: rebuild}}]}}\n", id="watched"),
    ],
)
def test_each_replica_is_built(lines: str) -> None:
    assert all(body["build"] == "rng" for body in keys(lines))


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("build", False),
        ("always", False),
        ("never", True),
        ("missing", True),
    ],
)
def test_nothing_is_asked_of_a_registry_that_the_first_one_builds(
    policy: str,
    kept: bool,  # noqa: FBT001 - a table
) -> None:
    first, second, _ = keys(f"{IMAGE}pull_policy: {policy}\n")

    assert first["pull_policy"] == policy
    assert second.get("pull_policy") == (policy if kept else None)


def test_build_that_others_refer_to_keeps_its_anchor() -> None:
    source = balanced(
        "build: &b {context: rng}\nimage: coins/rng\nexpose: [80]\n", "other:\n  build: *b\n"
    )

    made = scale(source, "rng", 2)

    assert made.value("other", "build") == {"context": "rng"}
    assert made.value("rng2", "build") is None


def test_scaling_again_builds_once_too() -> None:
    once = scale(balanced(IMAGE), "rng", 2)

    again = scale(once.text, "rng", 4)

    built = [name for name in ("rng1", "rng2", "rng3", "rng4") if again.value(name, "build")]
    assert built == ["rng1"]
