"""``dcgen up``: run a variant, on Docker hosts or as processes of this machine."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any

import click

from dcgen.commands.assignments import counts
from dcgen.commands.compose import compose
from dcgen.commands.hitless_up import resized
from dcgen.commands.target import (
    SECONDS,
    SECONDS_ABOVE_0,
    RunCommand,
    Target,
    target,
    target_options,
)
from dcgen.progress import Progress, summary_text
from dcgen.reporting import INTERRUPTED
from engine.docker.portable import CONFIGURATION, require_portable
from engine.events import Summary
from engine.live.drain import DEADLINE_S
from engine.process import run as processes
from engine.process.free_ports import LOOPBACK
from engine.process.run import Wishes
from engine.process.supervisor import Supervisor
from engine.variant import parse
from faults import HostError, UsageError, UserError


@click.command(
    cls=RunCommand, epilog="Example: dcgen up -f generated.yml --engine process --for 20"
)
@target_options
@click.option("-d", "--detach", is_flag=True, help="Run containers in the background.")
@click.option("--build", is_flag=True, help="Build images before starting containers.")
@click.option(
    "--scale", multiple=True, metavar="SERVICE=N", help="Run SERVICE with N replicas; repeatable."
)
@click.option(
    "--for",
    "for_s",
    type=SECONDS_ABOVE_0,
    metavar="SECONDS",
    help="Stop after SECONDS, and print a summary.",
)
@click.option(
    "--json", "summary_json", is_flag=True, help="Print the summary as JSON, and no logs."
)
@click.option(
    "--publish-on",
    metavar="ADDRESS",
    help=f"Address to publish ports on that are given without one.  [default: {LOOPBACK}]",
)
@click.option(
    "--free-ports", is_flag=True, help="Publish on free host ports, whatever the file says."
)
@click.option(
    "--count",
    metavar="REGEX",
    help="Add up group 1 of REGEX in all output.  [default: labels dcgen.count]",
)
@click.option("--logs/--no-logs", default=True, help="Show the output of services.")
@click.option(
    "--drain-deadline",
    "drain_s",
    type=SECONDS,
    default=DEADLINE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until a replica to be removed is idle.",
)
def up(files: tuple[str, ...], engine: str, hosts: tuple[str, ...], **asked: Any) -> None:  # noqa: ANN401 - click checked them
    """Start a variant in the foreground, where Ctrl-C stops it, or with -d in the background."""
    found = target(files, engine, hosts, starting=True, only_processes=_only_processes(asked))
    progress = Progress(
        quiet=asked["quiet"], logs=asked["logs"] and not asked["summary_json"], verb="started"
    )
    progress.say(f"running {found.path} on {_engine(found)}")
    scale = dict(counts(asked["scale"]))
    if found.engine == "process":
        if asked["detach"]:
            raise UsageError(
                "processes run in the foreground", fix="leave out --detach, or use --engine docker"
            )
        wishes = Wishes(
            scale=scale,
            publish_on=asked["publish_on"] or LOOPBACK,
            for_s=asked["for_s"],
            count=asked["count"],
            free_ports=asked["free_ports"],
        )
        _up(found, wishes, progress, as_json=asked["summary_json"])
    else:
        mounting = [given for given in found.sources if CONFIGURATION in given.text]
        require_portable((parse(s.text, s.path or found.path) for s in mounting), found.hosts)
        _up_on_docker(found, scale, progress, asked)


def _only_processes(asked: dict[str, Any]) -> str:
    options = {"for_s": "--for", "summary_json": "--json", "publish_on": "--publish-on"}
    options |= {"count": "--count", "free_ports": "--free-ports"}
    return next((name for key, name in options.items() if asked[key]), "")


def _engine(found: Target) -> str:
    if found.engine == "process":
        return f"processes of this host ({found.because})"
    return f"Docker, {', '.join(found.hosts)}" if found.hosts else f"Docker ({found.because})"


def _up_on_docker(
    found: Target, scale: dict[str, int], progress: Progress, asked: dict[str, Any]
) -> None:
    words = ["--build"] * asked["build"]
    for name, number in scale.items():
        words += ["--scale", f"{name}={number}"]
    detached = asked["detach"]
    with resized(found, scale, asked["drain_s"], progress, words=words, returns=detached):
        compose(found, progress, "up", *["--detach"] * detached, *words)


def _up(found: Target, wishes: Wishes, progress: Progress, *, as_json: bool) -> None:
    variant = parse(found.source.text, found.path)
    with _planned(found, processes.up(variant, wishes)) as running:
        progress.expect(process.name for process in running.plan.processes)
        with _signals(running.supervisor) as received, closing(running.events()) as events:
            for event in events:
                with _readers(progress, running.supervisor):
                    progress.show(event)
                    if isinstance(event, Summary):
                        text = json.dumps(asdict(event)) if as_json else summary_text(event)
                        click.echo(text)
    if running.supervisor.failed:
        sys.exit(1)
    if received and processes.STOP_SIGNAL not in received:
        sys.exit(INTERRUPTED)


@contextmanager
def _planned(
    found: Target, run: AbstractContextManager[processes.Running]
) -> Iterator[processes.Running]:
    # Where Docker is missing and processes cannot run the file, one thing helps: Docker. But what
    # is merely missing on this machine can be installed.
    with ExitStack() as stack:
        try:
            running = stack.enter_context(run)
        except UserError as error:
            if not found.fell_back or isinstance(error, HostError):
                raise
            reasons = error.reasons or (f"{error.where}: {error.what}".removeprefix("None: "),)
            raise HostError(
                f"{found.because}, and processes of this machine cannot run the file:",
                fix="start Docker, or set DOCKER_HOST to a daemon that runs, and try again",
                reasons=reasons,
            ) from error
        yield running


@contextmanager
def _signals(supervisor: Supervisor) -> Iterator[list[int]]:
    received: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        supervisor.stop("interrupted" if number != processes.STOP_SIGNAL else "as asked")

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, processes.STOP_SIGNAL)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _readers(progress: Progress, supervisor: Supervisor) -> Iterator[None]:
    # `dcgen up | head`: the end is as orderly as any other.
    try:
        yield
    except BrokenPipeError:
        progress.logs = False
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        supervisor.stop("stdout was closed")
