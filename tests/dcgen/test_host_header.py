"""The ``Host`` of a health check is refused where no check asks by HTTP."""

from pathlib import Path

import pytest

from tests.dcgen.door import COINS, dcgen

REFUSED = (
    "no health check asks by HTTP, and `--health-host` would have no effect\n"
    "  fix: give its path with `--health-path PATH`, or leave it out\n"
)
LABEL = "traefik.http.services.rng.loadbalancer.healthcheck.path"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COINS)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("scale rng 3", id="a balancer"),
        pytest.param("ambassador --rng a:80", id="an ambassador"),
        pytest.param("render 80 a:1", id="a configuration alone"),
    ],
)
def test_a_host_without_a_path_is_refused(words: str) -> None:
    refused = dcgen(*words.split(), "--health-host", "shop.example")

    assert (refused.exit_code, refused.stderr) == (2, REFUSED)
    both = dcgen(*words.split(), "--health-host", "shop.example", "--health-path", "/ok")
    assert both.exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("scale rng 3 --health-path 80=/ok", id="for one port"),
        pytest.param("scale rng 3 --health from-healthcheck", id="in the healthcheck"),
    ],
)
def test_a_path_may_come_from_elsewhere(words: str) -> None:
    check = "image: rng\n    healthcheck: {test: curl -f http://localhost/ok}"
    Path("compose.yml").write_text(COINS.replace("build: rng", check))

    assert dcgen(*words.split(), "--health-host", "shop.example").exit_code == 0


def test_a_path_may_come_from_labels() -> None:
    labels = f"build: rng\n    labels: {{{LABEL}: /ok}}"
    Path("compose.yml").write_text(COINS.replace("build: rng", labels))

    assert dcgen("scale", "rng", "3", "--health-host", "shop.example").exit_code == 0


@pytest.mark.parametrize("words", ["scale rng 3", "ambassador --rng a:80"])
def test_a_path_may_have_been_chosen_before(words: str) -> None:
    assert dcgen(*words.split(), "--health-path", "/ok").exit_code == 0

    more = ("--health-host", "shop.example", "-f", "generated.yml")
    assert dcgen(*words.split(), *more).exit_code == 0
    assert "hdr Host shop.example" in Path("generated.yml").read_text()


def test_for_one_of_several_services_is_enough() -> None:
    labels = f"build: rng\n    labels: {{{LABEL}: /ok}}"
    Path("compose.yml").write_text(COINS.replace("build: rng", labels))

    assert dcgen("scale", "rng=3", "hasher=2", "--health-host", "shop.example").exit_code == 0
    assert dcgen("refresh", "--check").exit_code == 0
