"""Names with the project's, and ports in variables, as they are written into a variant."""

import json
from pathlib import Path

import pytest

from tests.generator.compose import balanced, scale

SHARED = [
    pytest.param("n:\n    external: true", "[n]", ["n"], id="external"),
    pytest.param("n:\n    external: {name: m}", "[n]", ["n"], id="external with a name, as of old"),
    pytest.param("n:\n    name: proxy", "[n]", ["n"], id="a name that other projects may give"),
    pytest.param("default:\n    external: true", "", ["default"], id="the default network"),
    pytest.param("n:\n    external: true\n  o:", "[n, o]", ["o"], id="one of its own is enough"),
    pytest.param("n:\n    external: true\n  o:", "[n]", ["n"], id="its own is not the service's"),
]


@pytest.mark.parametrize(("declared", "networks", "where"), SHARED)
def test_replicas_have_a_name_of_the_project(
    declared: str, networks: str, where: list[str]
) -> None:
    own = f"networks: {networks}\n" if networks else ""
    made = scale(balanced(f"image: app\nexpose: [80]\n{own}") + f"networks:\n  {declared}\n")

    assert "server rng2 ${COMPOSE_PROJECT_NAME:-dcgen}.rng2:80\n" in made.text
    for name in ("rng1", "rng2"):
        named = {n: part for n, part in made.value(name, "networks").items() if part}
        assert named == {
            n: {"aliases": [f"${{COMPOSE_PROJECT_NAME:-dcgen}}.{name}"]} for n in where
        }


ALONE = [
    pytest.param("n: {}", "[n]", id="a network of the project"),
    pytest.param(
        'n:\n    name: "${COMPOSE_PROJECT_NAME}_n"', "[n]", id="a name with the project's"
    ),
    pytest.param("n:\n    external: true", "", id="not the service's"),
    pytest.param("n:\n    external: false", "[n]", id="expressly not external"),
]


@pytest.mark.parametrize(("declared", "networks"), ALONE)
def test_names_stay_as_they_are_where_the_project_is_alone(declared: str, networks: str) -> None:
    own = f"networks: {networks}\n" if networks else ""
    made = scale(balanced(f"image: app\nexpose: [80]\n{own}") + f"networks:\n  {declared}\n")

    assert "server rng2 rng2:80\n" in made.text
    assert "aliases" not in made.text


DIALLED = [
    pytest.param(["http://rng:${P:-8000}/"], "", ["${P:-8000}"], id="a port in a variable"),
    pytest.param(["rng:$P"], "", ["$P"], id="one without a default"),
    pytest.param(["rng:${P:-80}"], "[80]", ["80"], id="one that is declared as a number"),
    pytest.param(["rng:${P:-81}"], "[80]", ["${P:-81}", "80"], id="one beside what is declared"),
    pytest.param(["rng:${P:-80}", "rng:80"], "", ["80"], id="a number elsewhere"),
    pytest.param(["rng:${P:-80}"], '["${Q:-80}"]', ["${Q:-80}"], id="another one is declared"),
]


@pytest.mark.parametrize(("dials", "expose", "ports"), DIALLED)
def test_port_that_others_dial_by_a_variable_is_that_of_the_start(
    tmp_path: Path, dials: list[str], expose: str, ports: list[str]
) -> None:
    caller = f"web:\n  image: web\n  command: {json.dumps(dials)}\n"
    files = {".env": "P=8000\n"} if dials == ["rng:$P"] else {}
    declares = f"expose: {expose}\n" if expose else ""
    source = balanced(f"image: app\n{declares}", caller)

    made = scale(source, n=1, folder=tmp_path, files=files)

    servers = made.value("rng", "labels")["dcgen.balances"].split()
    assert servers == [f"rng1:{port}" for port in ports]


def test_port_that_others_dial_is_exposed_as_they_dial_it_and_stays_so_when_scaled_again() -> None:
    caller = 'web:\n  image: web\n  command: "http://rng:${P:-8000}/"\n'
    once = scale(balanced("image: app\n", caller))
    again = scale(once.variant.text, n=3)

    for made in (once, again):
        assert made.value("rng", "expose") == ["${P:-8000}"]
        assert made.value("rng", "labels")["dcgen.balances"].startswith("rng1:${P:-8000} ")


@pytest.mark.parametrize("other", ['"${P:-53}:${P:-53}/udp"', '"80:${P:-53}"'])
def test_port_that_is_a_number_elsewhere_stays_that_number(other: str) -> None:
    made = scale(balanced(f'image: app\nports: ["53:53", {other}]\n'), n=1)

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:53"


FROZEN = [
    pytest.param('ports: ["${A:-8001:80}"]', "${A:-8001:80} is 80 now", id="an entry as a whole"),
    pytest.param('expose: ["${A:-80}-82"]', "${A:-80}-82 is 80, 81, 82 now", id="a range"),
]


@pytest.mark.parametrize(("ports", "what"), FROZEN)
def test_port_that_has_no_variable_of_its_own_is_said(ports: str, what: str) -> None:
    assert any(what in warning for warning in scale(balanced(f"image: app\n{ports}\n")).warnings)


def test_port_of_an_image_that_is_a_variable_is_said() -> None:
    made = scale(balanced("image: ${IMAGE:-redis}:7\n"))

    assert any("port 6379 is that of redis:7" in warning for warning in made.warnings)


def test_port_of_an_image_whose_tag_alone_is_a_variable_is_known() -> None:
    made = scale(balanced("image: redis:${TAG:-7}\n"))

    assert not any("port 6379" in warning for warning in made.warnings)
