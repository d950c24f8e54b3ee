"""What `dcgen up` does without Docker: processes of this host, their output and their signals."""

import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import asdict
from types import FrameType

import click

from dcgen.commands.target import Target
from dcgen.progress import Progress, summary_text
from dcgen.reporting import INTERRUPTED
from engine.events import Summary
from engine.process.run import Running, Wishes, up
from engine.process.supervisor import Supervisor
from engine.runs import STOP_SIGNAL
from faults import HostError, UserError, printable

__all__ = ["Wishes", "up_processes"]

_NOTICE_WITHIN_S = 0.2


def up_processes(found: Target, wishes: Wishes, progress: Progress, *, as_json: bool) -> None:
    """Run *found* as processes, as *wishes* say, until it ends; exit with 1 if one failed.

    Raises:
        UserError: A service cannot run as a process.
        HostError: It runs already, something that it needs is missing, or nobody asked for
            processes and nobody agrees.
    """
    variant = found.variant()
    with _planned(found, up(variant, wishes)) as running:
        if found.fell_back:
            require_consent(found)
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
    if received and STOP_SIGNAL not in received:
        sys.exit(INTERRUPTED)


def require_consent(found: Target) -> None:
    """Return if the person agrees that the programs of *found* run as processes of this machine.

    Raises:
        HostError: Nobody is there to agree, or the answer is no.
    """
    # A container keeps a program in; a process has all the rights of the person who starts it.
    what = f"the programs of {found.path} would run on this machine, with your rights"
    if sys.stdin.isatty() and sys.stderr.isatty():
        question = f"{printable(found.because)}. Without Docker, {printable(what)}. Run them?"
        if _agrees(question):
            return
    reasons = (f"without Docker, {what}",)
    fix = "start Docker, or allow that, if you trust the file: --engine process"
    raise HostError(found.because, fix=fix, reasons=reasons)


def _agrees(question: str) -> bool:
    # `input`, and so `click.confirm`, drops a Ctrl-C that comes while it writes the question. And
    # one that comes just before a call waits is noticed when that call returns: so none is long.
    while True:
        click.echo(f"{question} [y/N]: ", nl=False, err=True)
        while not select.select([sys.stdin], [], [], _NOTICE_WITHIN_S)[0]:
            pass
        line = sys.stdin.readline()
        if not line:
            sys.exit(INTERRUPTED)  # Ctrl-D
        answer = line.lower().strip()
        if answer in {"y", "yes", "n", "no", ""}:
            return answer in {"y", "yes"}
        click.echo("Error: invalid input", err=True)


@contextmanager
def _planned(found: Target, run: AbstractContextManager[Running]) -> Iterator[Running]:
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
        supervisor.stop("interrupted" if number != STOP_SIGNAL else "as asked")

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, STOP_SIGNAL)
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
    except OSError as error:
        if not progress.logs:
            raise
        progress.logs = False
        progress.say(f"the logs are no longer shown, the run continues: {error.strerror}")
