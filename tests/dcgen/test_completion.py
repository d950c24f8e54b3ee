"""What a shell offers after TAB."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from dcgen.cli import main
from tests.dcgen.door import dcgen


def offered(*words: str) -> list[str]:
    """Return what completes the last of *words*."""
    shell = ShellComplete(main, {}, "dcgen", "_DCGEN_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.usefixtures("coins")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("scale", "r"), ["rng", "redis"]),
        (("ambassador", "re"), ["redis"]),
        (("ambassador", "--re"), ["--redis"]),
        (("logs", "r"), ["rng", "redis"]),
        (("rollout", "rn"), ["rng"]),
        (("restart", "rn"), ["rng"]),
        (("exec", "rn"), ["rng"]),
        (("lb", "status", "rn"), ["rng"]),
        (("lb", "drain", "rn"), ["rng"]),
        (("lb", "retarget", "re"), ["redis"]),
    ],
    ids=" ".join,
)
def test_services_are_offered(words: tuple[str, ...], names: list[str]) -> None:
    assert offered(*words) == names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("drain", "--hosts", "hosts.yml", "no"), ["node1", "node2"]),
        (("drain", "--hosts", "missing.yml", "no"), []),
        (("exec", "--hosts", "hosts.yml", "node2"), ["node2:"]),
        (("exec", "--hosts", "hosts.yml", "node2:rn"), ["node2:rng"]),
    ],
    ids=" ".join,
)
def test_hosts_of_a_list_are_offered(coins: Path, words: tuple[str, ...], names: list[str]) -> None:
    text = "hosts: {node1: 'tcp://192.0.2.1:1', node2: 'tcp://192.0.2.2:1'}\n"
    (coins / "hosts.yml").write_text(text)

    assert offered(*words) == names


def test_commands_on_what_runs_offer_the_services_of_the_variant(coins: Path) -> None:
    dcgen("scale", "rng", "2")

    assert offered("lb", "drain", "rng") == ["rng1", "rng2", "rng"]
    assert offered("scale", "rng") == ["rng"]
    assert (coins / "generated.yml").is_file()


def test_nothing_is_offered_where_no_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)

    assert offered("logs", "r") == offered("scale", "r") == []
    assert capsys.readouterr() == ("", "")


def test_services_of_an_override_and_of_included_files_are_offered(coins: Path) -> None:
    (coins / "compose.override.yml").write_text(
        "include: [more.yml]\nservices:\n  recorder: {image: a}\n"
    )
    (coins / "more.yml").write_text("services: {report: {image: a}}\n")

    assert offered("scale", "re") == ["redis", "recorder", "report"]
