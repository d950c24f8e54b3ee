"""What is a Compose file, in which format, and which services it has."""

import pytest

from composefile.document import load
from faults import UserError

FORMATS = [
    pytest.param("web: {image: a}\n", True, ["web"], id="the v1 format"),
    pytest.param(
        "services: {image: a}\nb: {build: .}\n", True, ["services", "b"], id="v1, services"
    ),
    pytest.param("services: {web: {image: a}}\n", False, ["web"], id="services"),
    pytest.param(
        "services: {image: {image: a}, build: {build: .}}\n",
        False,
        ["image", "build"],
        id="services called image and build",
    ),
    pytest.param("x: &x {image: a}\nservices: {build: *x}\n", False, ["build"], id="an alias"),
    pytest.param("include: [other.yml]\n", False, [], id="include alone"),
    pytest.param("include:\n  - path: a.yml\nnetworks: {n: {}}\n", False, [], id="and a network"),
    pytest.param("include: {image: a}\n", True, ["include"], id="v1, a service called include"),
]


@pytest.mark.parametrize(("text", "is_v1", "names"), FORMATS)
def test_the_format_is_told_by_what_the_file_holds(
    text: str, *, is_v1: bool, names: list[str]
) -> None:
    text = text.replace("x: &x", "x-x: &x")

    document = load(text, "compose.yml")

    assert (document.v1, document.names) == (is_v1, names)


FRAGMENTS = [
    pytest.param("volumes: {v: {}}\n", id="a section"),
    pytest.param("version: '3'\nservices: {}\n", id="no service"),
    pytest.param("", id="nothing"),
    pytest.param("# to come\n", id="a comment"),
    pytest.param("web: {environment: [A=b]}\n", id="a part of a service in the v1 format"),
]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_a_fragment_may_say_what_a_whole_file_may_not(text: str) -> None:
    load(text, "compose.override.yml", fragment=True)

    with pytest.raises(UserError):
        load(text, "compose.yml")


NOT_MERGED = ["services:\n", "services: [web]\n", "services: {web: x}\n", "web: x\n", "null\n"]


@pytest.mark.parametrize("text", NOT_MERGED)
def test_what_compose_refuses_in_a_fragment_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        load(text, "compose.override.yml", fragment=True)
