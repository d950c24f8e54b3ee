"""The options of commands on a variant that runs: which file, which engine, which hosts."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dcgen.commands.env_files import env_file_option
from dcgen.commands.grouped import GroupedCommand, within
from engine.hosts import Host
from engine.waiting import DRAIN_WITHIN_S, HEALTHY_WITHIN_S

F = TypeVar("F", bound=Callable[..., Any])

HOSTS = "DCGEN_HOSTS"
LIST = "dcgen.hosts_file"
SECONDS = within(click.FloatRange(min=0))
SECONDS_ABOVE_0 = within(click.FloatRange(min=0, min_open=True))
deadline_option = click.option(
    "--drain-deadline",
    "deadline_s",
    type=SECONDS,
    default=DRAIN_WITHIN_S,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until a draining server is idle.",
)
healthy_option = click.option(
    "--healthy-deadline",
    "healthy_s",
    type=SECONDS_ABOVE_0,
    default=HEALTHY_WITHIN_S,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait at least for a new replica to become healthy.",
)
renew_option = click.option(
    "--renew-anon-volumes",
    "renew",
    is_flag=True,
    help="Start replicas with empty volumes where those of the old ones have no name.",
)
parallel_option = click.option(
    "--parallel",
    type=within(click.IntRange(min=1)),
    default=10,
    show_default=True,
    metavar="N",
    help="Act on at most N hosts at the same time.",
)
SOME_FAILED = "dcgen.some_hosts_failed"
_HOST_FAILED = 3


class RunCommand(GroupedCommand):
    """A command on a variant that runs or is to run: one with the options of `target_options`."""

    def invoke(self, ctx: click.Context) -> object:
        """Run it; exit with 3 if it was done on some of its hosts only."""
        done = super().invoke(ctx)
        if ctx.meta.get(SOME_FAILED):
            ctx.exit(_HOST_FAILED)
        return done


def target_options(command: F) -> F:
    """Add the options that say what a command acts on."""
    found = "Compose file; - is standard input.  [default: generated.yml, else its source]"
    return _target_options(command, found)


def source_options(command: F) -> F:
    """Add the same for a command that begins from the source, not from what was made of it."""
    found = "Compose file to begin from.  [default: compose.yml, as Compose finds it]"
    return _target_options(command, found)


def _target_options(command: F, of_file: str) -> F:
    for option in reversed(
        [
            click.option("-f", "--file", "files", multiple=True, metavar="FILE", help=of_file),
            click.option(
                "--engine",
                type=click.Choice(["auto", "docker", "process"]),
                default="auto",
                show_default=True,
                help="Docker, or processes of this host; auto: Docker if a daemon answers.",
            ),
            hosts_options,
            click.option("-q", "--quiet", is_flag=True, help="Print errors only."),
        ]
    ):
        command = option(command)
    return env_file_option(command)


def hosts_options(command: F) -> F:
    """Add ``--host`` and ``--hosts``; the command gets what they choose as *hosts*."""
    of_all = f"; repeatable, acts on all of them.  [env: {HOSTS}]"
    return _hosts_options(command, _chosen, of_all)


def named_host_options(command: F) -> F:
    """Add the same to a command for one host, which the environment does not name."""
    return _hosts_options(command, _named, ".")


def _hosts_options(command: F, chosen: Callable[..., tuple[Host, ...]], more: str) -> F:
    return click.option(
        "--host",
        "hosts",
        multiple=True,
        metavar="NAME",
        callback=chosen,
        help=f"Docker context, ssh://, tcp:// or unix:// address{more}",
    )(hosts_file_option("; --host then chooses from it.")(command))


def hosts_file_option(purpose: str) -> Callable[[F], F]:
    """Return what adds ``--hosts`` alone, for *purpose*; the command asks `listed_hosts`."""
    return click.option(
        "--hosts",
        "hosts_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        is_eager=True,  # before --host, which chooses from it
        expose_value=False,
        callback=_remember,
        help=f"List of Docker hosts, one a line or YAML{purpose}",
    )


def listed_hosts() -> tuple[Host, ...]:
    """Return the hosts of the list that ``--hosts`` gave; none without it.

    Raises:
        UserError: A line of it is wrong, or names no Docker context.
        HostError: It cannot be read, or Docker cannot say which contexts there are.
    """
    ctx = click.get_current_context(silent=True)
    file: Path | None = ctx.meta.get(LIST) if ctx else None
    if not file:
        return ()
    from engine.hosts import contexts, listed  # noqa: PLC0415 - most commands run on this machine

    return contexts.with_addresses(listed.read(file).hosts)


def _remember(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:  # noqa: ARG001 - click's signature
    ctx.meta[LIST] = value


def _chosen(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    value: tuple[str, ...],
) -> tuple[Host, ...]:
    # Who asks for processes means this machine, whatever hosts the environment lists.
    unasked = "" if ctx.params.get("engine") == "process" else os.environ.get(HOSTS, "")
    return _hosts(ctx.meta[LIST], value, unasked)


def _named(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    value: tuple[str, ...],
) -> tuple[Host, ...]:
    return _hosts(ctx.meta[LIST], value, "")


def _hosts(file: Path | None, value: tuple[str, ...], unasked: str) -> tuple[Host, ...]:
    if not file and not value and not unasked.strip(" ,\t\n"):
        return ()
    from engine.hosts import contexts, listed  # noqa: PLC0415 - most commands run on this machine

    if file:
        found = listed.read(file)
        found = found.chosen(value) if value else found
    else:
        found = listed.given(value or re.split(r"[,\s]+", unasked.strip(" ,\t\n")))
    return contexts.with_addresses(found.hosts)
