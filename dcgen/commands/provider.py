"""``dcgen compose``: what Compose calls for a service with ``provider: {type: dcgen}``."""

import json
import sys
from collections.abc import Callable, Sequence

import click

from dcgen.provider.caller import Caller, calling
from dcgen.provider.messages import tell, tell_error
from faults import UserError

# Compose appends options that it was told of by `metadata`; they are read with those of the file.
_WORDS = {"ignore_unknown_options": True, "help_option_names": []}


@click.group(epilog="Example: docker compose -f compose.yml -f compose.scaled.yml up")
@click.option("--project-name", default="", metavar="NAME", help="Project of the service.")
@click.pass_context
def compose(ctx: click.Context, project_name: str) -> None:
    """Answer Compose, which calls this for a service with `provider: {type: dcgen}`."""
    ctx.obj = project_name


@compose.command(epilog="Example: dcgen compose metadata")
def metadata() -> None:
    """Print which options there are under `provider: {options: …}`, as JSON."""
    from dcgen.commands.provider_options import metadata as known  # noqa: PLC0415 - the others have more

    click.echo(json.dumps(known(), indent=2))


@compose.command(context_settings=_WORDS, epilog="Example: dcgen compose --project-name=p up rng")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def up(project: str, words: tuple[str, ...]) -> None:
    """Run the service as the options say."""
    _answered(lambda: _up(calling(), project, words[-1], _pairs(words[:-1])))


@compose.command(context_settings=_WORDS, epilog="Example: dcgen compose --project-name=p down rng")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def down(project: str, words: tuple[str, ...]) -> None:
    """Remove the containers of the service."""
    from dcgen.commands.provider_run import down as remove  # noqa: PLC0415

    _answered(lambda: remove(calling(), project, words[-1]))


def _up(caller: Caller, project: str, service: str, given: Sequence[tuple[str, str]]) -> None:
    from dcgen.commands.provider_run import run  # noqa: PLC0415
    from dcgen.commands.provider_wish import wish  # noqa: PLC0415

    wanted = wish(caller, project, service, given)
    if caller.asks("--dry-run"):
        tell("info", f"would run {wanted.done} (dry run)")
        return
    wait = caller.asks("--wait") or wanted.is_awaited
    run(caller, project, wanted.folder, wanted.made, wait=wait)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    split = (word.removeprefix("--").partition("=") for word in words)
    return [(name, value) for name, _, value in split]


def _answered(act: Callable[[], None]) -> None:
    try:
        act()
    except UserError as error:
        tell_error(error)
        sys.exit(error.exit_code)
