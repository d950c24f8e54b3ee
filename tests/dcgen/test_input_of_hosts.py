"""Of several hosts, an error in the input is said once and ends with its own code, not with 3."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click import Command, Context

from dcgen.commands.sites import Place
from engine.docker.containers import Site
from engine.hosts import Host
from engine.variant import parse
from faults import HostError, UserError
from tests.dcgen.test_run import FAKE, Run, calls, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

BOTH = ("--host", "tcp://one:1", "--host", "tcp://two:1")
NONE = "there is neither a balancer nor an ambassador in 'compose.yml'\n"
BALANCED = (
    "services:\n  rng1: {image: app}\n"
    "  rng: {image: haproxy, labels: {dcgen.role: balancer, dcgen.balances: 'rng1:80'}}\n"
)


@pytest.mark.parametrize(
    "words", [("status",), ("drain", "rng1"), ("ready", "rng1"), ("reload",)], ids=" ".join
)
def test_a_file_without_a_balancer_is_not_a_failure_of_hosts(
    words: tuple[str, ...], run: Run, folder: Path, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    (folder / "calls").touch()
    result = run("lb", *words, *BOTH)

    assert (result.exit_code, result.stderr.count(NONE)) == (1, 1)
    assert "failed on" not in result.stderr
    assert calls(folder) == []


@pytest.mark.parametrize("verb", ["status", "reload"])
def test_a_name_that_is_no_balancer_is_refused_before_hosts_are_asked(
    verb: str, run: Run, folder: Path, put: Callable[[str, str], None]
) -> None:
    put("docker", FAKE)
    (folder / "compose.yml").write_text(BALANCED)
    result = run("lb", verb, "nope", *BOTH)

    assert result.exit_code == 1
    assert result.stderr == (
        "service 'nope' is neither a balancer nor an ambassador in 'compose.yml'\n"
        "  fix: name one of rng\n"
    )


def _place() -> Place:
    variant = parse(BALANCED, Path("compose.yml"))
    return Place(variant, tuple(Site((), Host(f"tcp://{name}:1")) for name in ("one", "two")))


def test_the_same_error_of_input_on_all_hosts_is_one_error() -> None:
    def act(_: Site | None) -> None:
        raise UserError("no server named 'nope'", fix="name one of: rng1")

    with pytest.raises(UserError, match=r"^no server named 'nope'"):
        _place().each(act)


def test_failures_of_hosts_stay_those_of_hosts(capsys: pytest.CaptureFixture[str]) -> None:
    def act(_: Site | None) -> None:
        raise HostError("it does not answer", fix="start it")

    with pytest.raises(SystemExit, match="3"), Context(Command("lb")):
        _place().each(act)
    assert capsys.readouterr().err.count("it does not answer") == 2
