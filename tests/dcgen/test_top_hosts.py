"""`dcgen top --once` tells by its exit code that a host did not answer, as `dcgen ps` does."""

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from engine.docker.containers import Site
from engine.top.sampler import Sampler
from engine.top.samples import Seen
from engine.variant import Variant
from faults import HostError
from tests.dcgen.test_run import FAKE, Run, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

ONE, TWO = "tcp://one:1", "tcp://two:1"
BOTH = ("top", "--once", "--interval", "0.5", "--host", ONE, "--host", TWO)


class Looked:
    """A host that answers with nothing, or not at all."""

    def __init__(self, host: str, *, answers: bool) -> None:
        self.host, self._answers = host, answers

    def look(self) -> Seen:
        if not self._answers:
            raise HostError("it is away", fix="start it")
        return Seen(self.host, 0.0, ())

    def close(self) -> None:
        pass


@pytest.fixture
def answering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def sampler(variant: Variant, sites: Sequence[Site], limits: Mapping[str, float]) -> Sampler:
        hosts = [site.host.endpoint for site in sites]
        return Sampler(variant, [Looked(h, answers=h in request.param) for h in hosts], limits)

    monkeypatch.setattr("dcgen.commands.top.sampler", sampler)


@pytest.fixture(autouse=True)
def docker(put: Callable[[str, str], None]) -> None:
    put("docker", FAKE)


@pytest.mark.parametrize("answering", [()], indirect=True)
@pytest.mark.parametrize("also", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.usefixtures("answering")
def test_where_no_host_answers_nothing_is_shown(run: Run, also: tuple[str, ...]) -> None:
    result = run(*BOTH, *also)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "no host answers\n  one: it is away\n  two: it is away\n  fix: ask each: dcgen hosts\n"
    )


@pytest.mark.parametrize("answering", [(ONE,)], indirect=True)
@pytest.mark.usefixtures("answering")
def test_what_the_others_do_is_shown_with_3(run: Run) -> None:
    result = run(*BOTH)

    assert result.exit_code == 3
    assert "rng" in result.stdout
    assert result.stderr == "two: it is away\n"


@pytest.mark.parametrize("answering", [(ONE,)], indirect=True)
@pytest.mark.usefixtures("answering")
def test_json_names_the_host_itself(run: Run) -> None:
    result = run(*BOTH, "--json")

    assert (result.exit_code, result.stderr) == (3, "")
    assert json.loads(result.stdout)["problems"] == [{"host": TWO, "what": "it is away"}]


@pytest.mark.parametrize("answering", [(ONE, TWO)], indirect=True)
@pytest.mark.usefixtures("answering")
def test_where_all_answer_the_code_is_0(run: Run) -> None:
    assert run(*BOTH).exit_code == 0
