"""The one place where an error becomes a message and an exit code; a bug keeps its traceback."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

from faults import UsageError, UserError, printable

INTERRUPTED = 130
# Compose takes these before the command.
PROJECT_OPTIONS = ("-p", "--project-name")


class ErrorReportingGroup(click.Group):
    """A group of commands that shows every error as ``file:line: what`` and ``fix: …``."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Return the context of the group; end with a message if its own options are wrong."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise click.exceptions.Exit(report_usage(error, info_name or "")) from error
        except UserError as error:
            raise click.exceptions.Exit(report(error)) from error

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command; end with the exit code that the error carries."""
        try:
            with _ctrl_c():
                return super().invoke(ctx)
        except UserError as error:
            ctx.exit(report(error))
        except click.UsageError as error:
            ctx.exit(report_usage(error, ctx.command_path))
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@contextmanager
def _ctrl_c() -> Iterator[None]:
    # `dcgen.start` lets Ctrl-C end the program; a command has something to tidy up.
    ends = signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    if ends:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if ends:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def report(error: UserError, host: str = "") -> int:
    """Show *error* on standard error, a reason or a fix a line; return its exit code.

    With *host*, of several, the first line begins with it.
    """
    for one in error.each:
        where = "".join(f"{place}: " for place in (host, one.where) if place)
        click.echo(colored(where + one.what, "red"), err=True)
        for reason in one.reasons:
            click.echo(f"  {reason}", err=True)
        for fix in one.fixes:
            click.echo(f"  {colored('fix:', 'green')} {fix}", err=True)
    return error.exit_code


def report_usage(error: click.UsageError, path: str) -> int:
    """Show *error* of click's, or the help if nothing was asked for; return its exit code."""
    # Before click 8.2 it is no error.
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        error.show()
        return error.exit_code
    return report(as_user_error(error, path))


def as_user_error(error: click.UsageError, path: str) -> UserError:
    """Return *error* of click's as one of ours; *path* is the command, if it names none."""
    near = getattr(error, "possibilities", None)
    path = error.ctx.command_path if error.ctx else path
    fix = f"did you mean {near[0]!r}?" if near else f"see: {path} --help"
    if isinstance(error, click.NoSuchOption) and _names_a_project(error):
        return no_project_option(error.option_name)
    if isinstance(error, click.NoSuchOption):
        what = f"there is no option {error.option_name!r}"
    else:
        what = error.format_message().rstrip(".")
    return UsageError(printable(what[:1].lower() + what[1:]), fix=fix)


def no_project_option(name: str) -> UsageError:
    """Return the error for option *name*, with which Compose names the project."""
    return UsageError(
        f"there is no option {name!r}: the project is named as Compose names it",
        fix="set it in the environment: COMPOSE_PROJECT_NAME=NAME dcgen …",
    )


def _names_a_project(error: click.NoSuchOption) -> bool:
    # Only commands on a running variant have a project: they take `--host`.
    params = error.ctx.command.params if error.ctx else ()
    return error.option_name in PROJECT_OPTIONS and any(p.name == "hosts" for p in params)


def colored(text: str, color: str) -> str:
    """Return *text* in *color*, for `click.echo`: it takes colours out where no terminal is.

    Source: https://no-color.org for the variable NO_COLOR.
    """
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=color)


def colored_diff(text: str) -> str:
    """Return the unified diff *text* with what it adds in green and what it removes in red."""
    colors = {"+": "green", "-": "red", "@": "cyan"}
    return "".join(
        colored(line, colors[line[0]]) if line[0] in colors else line
        for line in text.splitlines(keepends=True)
    )
