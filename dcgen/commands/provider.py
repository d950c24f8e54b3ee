"""``dcgen compose``: what Compose calls for a service with ``provider: {type: dcgen}``."""

import json
import sys
from collections.abc import Callable, Sequence

import click

from dcgen.provider.apart import apart
from dcgen.provider.caller import Caller, calling
from dcgen.provider.messages import tell, tell_error
from dcgen.provider.wish import Wish
from faults import UserError

# Compose appends options that it was told of by `metadata`; they are read with those of the file.
_WORDS = {"ignore_unknown_options": True, "help_option_names": []}


@click.group(epilog="Example: docker compose -f compose.yml -f compose.scaled.yml up")
@click.option("--project-name", default="", metavar="NAME", help="Project of the service.")
@click.pass_context
def compose(ctx: click.Context, project_name: str) -> None:
    """Answer Compose, which calls this for a service with `provider: {type: dcgen}`."""
    # It is called at every `up`: each command imports what it needs itself.
    ctx.obj = project_name


@compose.command(epilog="Example: dcgen compose metadata")
def metadata() -> None:
    """Print which options there are under `provider: {options: …}`, as JSON."""
    from dcgen.commands.provider_options import metadata as known  # noqa: PLC0415 - see `compose`

    click.echo(json.dumps(known(), indent=2))


@compose.command(context_settings=_WORDS, epilog="Example: dcgen compose --project-name=p up rng")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def up(project: str, words: tuple[str, ...]) -> None:
    """Run the service as the options say."""
    caller, service = calling(), words[-1]

    def wished() -> None:
        from dcgen.commands.provider_wish import wish  # noqa: PLC0415 - see `compose`

        found = wish(caller, project, service, _pairs(words[:-1]))
        if caller.asks("--dry-run"):
            for sentence in (*found.said, f"would run {found.done} (dry run)"):
                tell("info", sentence)
        else:
            wait = caller.asks("--wait") or found.is_awaited
            code = apart(lambda: _answered(lambda: _run(caller, project, found, wait=wait)))
            sys.exit(code)

    sys.exit(_answered(wished))


@compose.command(context_settings=_WORDS, epilog="Example: dcgen compose --project-name=p down rng")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def down(project: str, words: tuple[str, ...]) -> None:
    """Remove the containers of the service."""
    from dcgen.commands.provider_run import down as remove  # noqa: PLC0415 - see `compose`

    sys.exit(_answered(lambda: remove(calling(), project, words[-1])))


def _run(caller: Caller, project: str, wish: Wish, *, wait: bool) -> None:
    from dcgen.commands.provider_run import run  # noqa: PLC0415 - see `compose`

    run(caller, project, wish, wait=wait)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    split = (word.removeprefix("--").partition("=") for word in words)
    return [(name, value) for name, _, value in split]


def _answered(act: Callable[[], None]) -> int:
    """Return the exit code of *act*; an error of it is told to Compose."""
    try:
        act()
    except UserError as error:
        tell_error(error)
        return error.exit_code
    return 0
