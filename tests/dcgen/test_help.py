"""The help: what a person reads first, at 80 columns."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dcgen.cli import COMMANDS, HIDDEN, SECTIONS, main
from tests.dcgen.door import dcgen


def test_each_command_has_one_whole_line() -> None:
    text = dcgen("--help").stdout

    lines = text.splitlines()
    summaries = {name: said for part in SECTIONS.values() for name, said in part.items()}
    assert set(summaries) == {*COMMANDS, "help"} - {*HIDDEN}
    assert [
        name
        for name, said in summaries.items()
        if [name, said] not in [line.split(maxsplit=1) for line in lines]
    ] == []
    assert [line for line in lines if len(line) > 80] == []
    assert "\\b" not in text
    assert "..." not in text.replace("[ARGS]...", "")


def test_examples_stand_one_per_line_and_work(coins: Path) -> None:
    lines = [line.strip() for line in dcgen("--help").stdout.splitlines()]

    examples = [line for line in lines if line.startswith("dcgen ")]
    assert len(examples) == 3
    for line in examples:
        result = dcgen(*shlex.split(line, comments=True)[1:])
        assert result.exit_code == 0, result.stderr
    assert (coins / "generated.yml").is_file()


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_exit_codes_are_listed(code: int) -> None:
    assert f"\n    {code:<5}" in dcgen("--help").stdout.partition("Exit codes:")[2]


@pytest.mark.parametrize("words", [(), ("scale",), ("lb", "drain")], ids=" ".join)
def test_help_is_a_command_too(words: tuple[str, ...]) -> None:
    said = dcgen("help", *words)

    assert said.exit_code == 0
    assert said.stdout == dcgen(*words, "--help").stdout


def test_help_of_no_command_is_an_error() -> None:
    said = dcgen("help", "scael")

    assert said.exit_code == 2
    assert "no command 'scael'\n  fix: " in said.stderr


@pytest.mark.parametrize("words", [(), ("lb",)], ids=["dcgen", "dcgen lb"])
def test_a_group_alone_shows_its_help(words: tuple[str, ...]) -> None:
    said = dcgen(*words)

    assert said.exit_code == 2
    assert said.stderr == dcgen(*words, "--help").stdout


@pytest.mark.parametrize(
    ("words", "near"), [(("scael",), "scale"), (("lb", "statsu"), "status")], ids=["dcgen", "lb"]
)
def test_a_near_command_is_named(words: tuple[str, ...], near: str) -> None:
    said = dcgen(*words)

    assert said.exit_code == 2
    assert said.stderr == f"there is no command {words[-1]!r}\n  fix: did you mean {near!r}?\n"


def test_version_has_a_short_form() -> None:
    assert dcgen("-V").stdout == dcgen("--version").stdout != ""


OF_RUNNING = ["up", "down", "ps", "top", "logs", "stop", "rollout", "restart", "exec", "drain"]
OF_LB = ["lb status", "lb drain", "lb ready", "lb retarget", "lb reload"]


@pytest.mark.parametrize(
    "command",
    ["scale", "ambassador", "extra-hosts", "detach", "render", *OF_RUNNING, *OF_LB],
)
def test_options_stand_in_groups_and_each_once(command: str) -> None:
    text = dcgen(*command.split(), "--help").stdout

    lines = text.splitlines()
    options = [line.split()[0] for line in lines if line.startswith("  -")]
    assert len(options) == len(set(options)) > 2
    assert text.count("\nOptions:\n") == 1
    assert [line for line in lines if len(line) > 80] == []
    assert "<=x" not in text
    assert "x>" not in text
    assert _group(text, "Options")[-1].startswith("  -h, --help")
    assert len(_group(text, "Options")) <= 2


def _commands(group: click.Group, ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command
        yield name, command
        if isinstance(command, click.Group):
            below = click.Context(command, parent=ctx, info_name=name)
            yield from ((f"{name} {more}", one) for more, one in _commands(command, below))


def test_each_option_stands_in_the_help_of_its_command() -> None:
    ctx = click.Context(main, **main.context_settings)
    commands = {"": main, **dict(_commands(main, ctx))}
    unsaid = [
        f"{name} {word}"
        for name, command in commands.items()
        for said in [dcgen(*name.split(), "--help").stdout]
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for word in (*option.opts, *option.secondary_opts)
        if not re.search(rf"(?m)^  (?:\S+(?:, | / ))*{re.escape(word)}(?:[ ,\n]|$)", said)
    ]

    assert {"scale", "lb status", "hosts unlock"} < commands.keys()
    assert unsaid == []


@pytest.mark.parametrize("command", [*OF_RUNNING, *OF_LB])
def test_commands_on_a_running_variant_share_their_groups(command: str) -> None:
    text = dcgen(*command.split(), "--help").stdout

    assert [line.split()[0] for line in _group(text, "Where it runs")] == [
        "--engine",
        "--host",
        "--hosts",
    ]
    assert {"-f,", "-q,"} <= {line.split()[0] for line in _group(text, "Input and output")}


def test_summaries_of_lb_are_whole() -> None:
    assert "..." not in dcgen("lb", "--help").stdout.replace("[ARGS]...", "")


def _group(text: str, title: str) -> list[str]:
    below = text.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
    return [line for line in below.splitlines() if line.startswith("  -")]


@pytest.mark.parametrize("name", ["port", "log", "file"])
def test_service_whose_name_is_an_option_is_told_the_other_form(coins: Path, name: str) -> None:
    (coins / "compose.yml").write_text(
        f"services:\n  {name}: {{image: redis}}\n  web: {{image: app, links: [{name}]}}\n"
    )

    said = dcgen("ambassador", f"--{name}", "192.0.2.7:6379")

    assert said.exit_code == 2
    assert said.stderr == (
        f"'--{name}' is an option of dcgen\n"
        f"  fix: for a service of that name, write {name}=HOST:PORT\n"
    )
    assert dcgen("ambassador", f"{name}=192.0.2.7:6379").exit_code == 0
