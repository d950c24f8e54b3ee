"""``dcgen advise``: find by experiment which service limits, and what to run."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from dcgen import source
from dcgen.advise import page_file
from dcgen.commands.assignments import counts, expression
from dcgen.commands.completion import services as complete_services
from dcgen.commands.grouped import within
from dcgen.commands.target import SECONDS_ABOVE_0, RunCommand, source_options, target
from dcgen.reading import merged
from dcgen.signals import ended_by_signals
from faults import UsageError


@click.command(
    cls=RunCommand, epilog="Example: dcgen advise -f compose.yml --scale worker=10 --apply"
)
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=complete_services)
@source_options
@click.option(
    "--goal", default="", metavar="SERVICE", help="More requests/s of SERVICE are wanted."
)
@click.option(
    "--goal-command", default="", metavar="COMMAND", help="A number that COMMAND prints is to grow."
)
@click.option(
    "--count",
    type=expression,
    metavar="REGEX",
    help="More of what REGEX finds in all output, group 1.  [default: labels dcgen.count]",
)
@click.option("--load", default="", metavar="COMMAND", help="COMMAND asks; {web} is where web is.")
@click.option(
    "--clients", type=within(click.IntRange(1, 1000)), metavar="N", help="N HTTP clients ask."
)
@click.option("--ask", default="", metavar="SERVICE[/PATH]", help="Whom they ask.  [the goal, /]")
@click.option(
    "--scale", multiple=True, metavar="SERVICE=N", help="Begin with N of SERVICE; repeatable."
)
@click.option(
    "--worth",
    type=within(click.FloatRange(0.1, 100)),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="What one more replica must bring at least.",
)
@click.option(
    "--budget",
    type=within(click.IntRange(2, 500)),
    default=32,
    show_default=True,
    metavar="N",
    help="Replicas of all services at most.",
)
@click.option(
    "--window",
    "window_s",
    type=SECONDS_ABOVE_0,
    default=3.0,
    show_default=True,
    metavar="SECONDS",
    help="How long each measurement takes.",
)
@click.option(
    "--for",
    "for_s",
    type=SECONDS_ABOVE_0,
    metavar="SECONDS",
    help="Begin nothing new after SECONDS, and say what was found.",
)
@click.option(
    "--sweep", default="", metavar="SERVICE=N,N…", help="Measure these numbers, and no others."
)
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
@click.option("--html", metavar="FILE", help="Write it as a page, too.")
@click.option("--apply", "applied", is_flag=True, help="Make the variant that is advised.")
@click.option("--clean", is_flag=True, help="Only remove what a killed run has left.")
def advise(  # noqa: PLR0913 - click hands over one argument per option
    services: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Any, ...],
    *,
    applied: bool,
    clean: bool,
    quiet: bool,
    **asked: Any,  # noqa: ANN401 - click checked them
) -> None:
    """Find out which SERVICE limits the application, and what more replicas would bring.

    It runs on one host as a project of its own, as it is and with one service at a time doubled,
    in turns, until the difference is larger than the noise; then the best is doubled again.
    Nothing of what runs already is touched, and all is removed at the end.
    """
    if clean:
        from dcgen.advise.cleaning import cleaned  # noqa: PLC0415 - few runs clean

        click.echo(cleaned(engine, hosts))
        return
    from dcgen.advise.session import Session  # noqa: PLC0415 - not for the help

    if len(hosts) > 1:
        what = f"{len(hosts)} hosts are given, and an experiment runs on one"
        raise UsageError(what, fix=f"choose it: --host {hosts[0]}")
    found = target(_begun_from(files), engine, hosts, starting=True)
    if found.fell_back:
        from dcgen.commands.up_processes import require_consent  # noqa: PLC0415

        require_consent(found)
    read = merged(found.sources)
    _check(asked, applied=applied)
    session = Session(found, read.model, services, dict(counts(asked["scale"])), asked, quiet=quiet)
    if asked["sweep"]:
        with ended_by_signals():
            session.sweep()
        return
    with ended_by_signals():
        advice = session.climb()
    if applied and advice.changed:
        for words in session.commands(advice):
            click.echo(f"$ {shlex.join(words)}", err=True)
            click.get_current_context().find_root().command.main(words[1:], standalone_mode=False)
    if not advice.steps:
        sys.exit(1)


def _begun_from(files: tuple[str, ...]) -> tuple[str, ...]:
    found = source.find(files)
    if None in found:  # the commands that are advised name the file, and so does its trial
        what = "what is advised changes a file, and standard input is none"
        raise UsageError(what, fix="give -f FILE")
    return tuple(map(str, found))


def _check(asked: dict[str, Any], *, applied: bool) -> None:
    goals = [name for name in ("goal", "goal_command", "count") if asked[name]]
    if len(goals) > 1:
        raise UsageError("there is one goal", fix=f"leave out --{goals[1].replace('_', '-')}")
    if asked["load"] and asked["clients"]:
        raise UsageError("there is one load", fix="leave out --load or --clients")
    if applied and (asked["as_json"] or asked["sweep"]):
        raise UsageError("--apply makes what is advised", fix="leave out --json or --sweep")
    if asked["html"] and asked["sweep"]:
        raise UsageError("a sweep advises nothing, so there is no page", fix="leave out --html")
    if asked["html"]:
        page_file.require(Path(asked["html"]))
    if asked["clients"] and not (asked["ask"] or asked["goal"]):
        raise UsageError("it is not said whom the clients ask", fix="add --ask SERVICE")
    if asked["ask"] and not asked["clients"]:
        what = "there are no clients to ask that"
        raise UsageError(what, fix="say how many with --clients N, or leave out --ask")
