"""Switches among the options of a provider: each has two spellings, and either one holds."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from dcgen.cli import main
from dcgen.commands.provider_options import OptionError, asked, metadata
from dcgen.commands.steps import transformed
from dcgen.commands.variant_command import NOT_RECORDED
from faults import UsageError
from tests.dcgen.door import dcgen
from tests.generator.laws import loaded

SOURCE = "services:\n  rng:\n    image: rng\n    expose: [80]\n"


@pytest.fixture(autouse=True)
def _root() -> Iterator[None]:
    with click.Context(main, **main.context_settings):
        yield


@pytest.mark.parametrize("command", ["scale", "ambassador"])
def test_metadata_has_each_spelling_that_an_overlay_may_have(command: str) -> None:
    told = metadata()["up"]["parameters"]
    found = main.get_command(click.get_current_context(), command)
    assert found
    options = [one for one in found.params if isinstance(one, click.Option)]
    spelt = {
        word[2:]
        for option in options
        if option.name not in NOT_RECORDED
        for word in (*option.opts, *option.secondary_opts)
    }

    assert {"stats-open", "no-new-privileges"} < spelt
    assert spelt - {one["name"] for one in told} == set()
    assert [one["name"] for one in told if not one["description"]] == []


def test_metadata_has_what_scale_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(SOURCE)
    assert dcgen("scale", "rng", "3", "--static", "--no-retry", "--provider").exit_code == 0

    services = loaded(Path("generated.yml").read_text())["services"]

    written = services["rng"]["provider"]["options"]
    assert written == {"replicas": 3, "static": True, "no-retry": True}
    assert written.keys() <= {one["name"] for one in metadata()["up"]["parameters"]}


def _made(*given: tuple[str, str]) -> dict[str, dict[str, object]]:
    # The services that a provider with these options makes.
    names = [name for name, _ in given]
    step = asked("rng", [("replicas", "2"), *given], names, Path())
    model = Model(load(SOURCE, "compose.yml"), Project(Path()))
    services: dict[str, dict[str, object]] = loaded(
        transformed([step], model, "generated.yml", is_default=True).text
    )["services"]
    return services


@pytest.mark.parametrize(
    ("name", "value", "services"),
    [
        pytest.param("static", "true", ["rng", "rng1", "rng2"], id="static"),
        pytest.param("dynamic", "false", ["rng", "rng1", "rng2"], id="not dynamic"),
        pytest.param("static", "no", ["rng", "rng-replicas"], id="not static"),
        pytest.param("dynamic", "on", ["rng", "rng-replicas"], id="dynamic"),
        pytest.param("no-retry", "true", ["rng", "rng-replicas"], id="of something else"),
        pytest.param("no-balancer", "true", ["rng"], id="no balancer"),
        pytest.param("balancer", "off", ["rng"], id="the same by the other spelling"),
        pytest.param("no-balancer", "false", ["rng", "rng-replicas"], id="not without balancer"),
    ],
)
def test_either_spelling_holds(name: str, value: str, services: list[str]) -> None:
    assert sorted(_made((name, value))) == services


def test_spellings_that_agree_are_taken() -> None:
    assert "rng2" in _made(("static", "true"), ("dynamic", "false"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            [("dynamic", "true"), ("static", "true")],
            "`static: true` contradicts `dynamic: true`",
            id="both spellings",
        ),
        pytest.param(
            [("stats-open", "true"), ("stats-open", "false")],
            "`stats-open: false` contradicts `stats-open: true`",
            id="a list of one with a single spelling",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(given: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(OptionError) as caught:
        _made(*given)

    assert (caught.value.what, caught.value.fix) == (said, "leave out one of both")
    assert caught.value.name == given[-1][0]


def test_a_way_to_find_replicas_needs_a_balancer() -> None:
    with pytest.raises(UsageError, match="`--no-balancer` was given"):
        _made(("balancer", "false"), ("dynamic", "true"))
