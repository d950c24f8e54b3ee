"""A Compose file is read with its merges, its variables and its lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.variant import Variant, parse, read
from faults import UserError

Write = Callable[[str], Variant]


def test_merge_keys_are_resolved(variant: Write) -> None:
    text = "x-a: &a {restart: always}\nservices:\n  rng: {<<: *a, image: redis}\n"

    assert variant(text).services["rng"].keys == {"restart": "always", "image": "redis"}


def test_an_alias_of_a_whole_service_is_that_service_again(variant: Write) -> None:
    found = variant("services:\n  one: &one {image: redis}\n  two: *one\n")

    assert found.services["two"].keys == {"image": "redis"}


def test_variables_are_filled_in_everywhere(
    variant: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHED", "8001")
    found = variant('services:\n  rng: {image: redis, ports: ["${PUBLISHED}:80"]}\n')

    assert found.services["rng"].keys["ports"] == ["8001:80"]


def test_a_file_without_services_key_is_in_the_first_format(variant: Write) -> None:
    found = variant("rng:\n  image: redis\n")

    assert (found.v1, list(found.services)) == (True, ["rng"])


def test_services_of_an_inactive_profile_are_left_out(
    variant: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "services:\n  a: {image: redis}\n  b: {image: redis, profiles: [debug]}\n"

    assert list(variant(text).services) == ["a"]
    monkeypatch.setenv("COMPOSE_PROFILES", "debug")
    assert list(variant(text).services) == ["a", "b"]


def test_an_item_of_a_list_has_its_own_line(variant: Write) -> None:
    service = variant('services:\n  a:\n    ports:\n      - "80"\n      - "81"\n').services["a"]

    assert [service.where(k).line for k in ("ports.1", "ports", "image")] == [5, 3, 2]


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("{dcgen.role: balancer}", id="map"),
        pytest.param("[dcgen.role=balancer]", id="list"),
    ],
)
def test_labels_are_read_in_both_forms(labels: str, variant: Write) -> None:
    service = variant(f"services:\n  a: {{image: x, labels: {labels}}}\n").services["a"]

    assert service.role == "balancer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("services:\n  a: [\n", "c.yml:3", id="not YAML"),
        pytest.param("services:\n  a: {x: 1}\n  a: {x: 2}\n", "duplicate key", id="a key twice"),
        pytest.param("- a\n", "not a Compose file", id="a list"),
        pytest.param("services: {}\n", "no service", id="nothing in it"),
        pytest.param("services:\n  a:\n", "c.yml:2: service 'a' has no definition", id="null"),
    ],
)
def test_what_is_no_compose_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse(text, Path("c.yml"))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        read(tmp_path / "none.yml")
