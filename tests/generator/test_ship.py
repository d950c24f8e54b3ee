"""`image` in place of `build`."""

import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.result import HEADER
from generator.transforms.ship import ship

RNG = {"rng": "r.example/rng:1"}


def shipped(text: str, images: dict[str, str] = RNG, *, pulled: bool = True) -> str:
    model = Model(load(text, "compose.yml"), Project())
    return ship(model, images, pulled=pulled).text.removeprefix(f"{HEADER}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "services:\n  rng:\n    build: rng  # ours\n    ports: [80]\n"
            "  redis:\n    image: redis\n",
            "services:\n  rng:\n    ports: [80]\n    image: r.example/rng:1\n"
            "  redis:\n    image: redis\n",
            id="build alone",
        ),
        pytest.param(
            "services:\n  rng:\n    image: coins/rng\n    build:\n      context: .\n",
            "services:\n  rng:\n    image: r.example/rng:1\n",
            id="both",
        ),
        pytest.param(
            "services:\n  rng:\n    image: coins/rng  # of rng1\n",
            "services:\n  rng:\n    image: r.example/rng:1\n",
            id="the image that another service builds",
        ),
        pytest.param(
            "services:\n  rng: {build: rng}\n",
            'services:\n  rng: {image: "r.example/rng:1"}\n',
            id="on one line",
        ),
        pytest.param(
            "services:\n  rng:\n    build: rng\n    pull_policy: build\n",
            "services:\n  rng:\n    image: r.example/rng:1\n",
            id="a policy that would build",
        ),
        pytest.param("rng:\n  build: rng\n", "rng:\n  image: r.example/rng:1\n", id="v1"),
        pytest.param(
            "x-a: &a\n  build: .\n  expose: [80]\nservices:\n  rng:\n    <<: *a\n",
            "x-a: &a\n  build: .\n  expose: [80]\nservices:\n  rng:\n"
            "    expose: [80]\n    image: r.example/rng:1\n",
            id="a build that comes by a merge key",
        ),
    ],
)
def test_image_takes_the_place_of_build(before: str, after: str) -> None:
    assert shipped(before) == after


def test_all_replicas_get_it_also_by_an_anchor() -> None:
    text = "services:\n  rng1: &rng\n    build: rng\n    expose: [80]\n  rng2: *rng\n"

    after = shipped(text, {"rng1": "r.example/rng:1", "rng2": "r.example/rng:1"})

    model = Model(load(after, "compose.yml"), Project())
    for name in ("rng1", "rng2"):
        assert model.get(name, "build") is None
        assert model.get(name, "image") == "r.example/rng:1"
        assert model.get(name, "expose") == ["80"]


def test_variables_stay_variables() -> None:
    image = "${REGISTRY-r.example}/rng:${TAG-1}"

    after = shipped("services:\n  rng:\n    build: rng\n", {"rng": image})

    assert Model(load(after, "compose.yml"), Project()).get("rng", "image") == image


@pytest.mark.parametrize(("pulled", "kept"), [(True, True), (False, False)])
def test_a_policy_that_asks_a_registry_stays_where_there_is_one(pulled: bool, kept: bool) -> None:  # noqa: FBT001 - a row
    after = shipped("services:\n  rng:\n    build: rng\n    pull_policy: always\n", pulled=pulled)

    assert ("pull_policy: always" in after) == kept


def test_a_service_of_an_included_file_is_refused() -> None:
    with pytest.raises(UserError, match="included file") as refusal:
        shipped("include: [db.yml]\nservices:\n  web:\n    build: web\n", RNG)

    assert "docker compose config" in refusal.value.fix
