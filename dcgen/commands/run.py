"""The commands that run a variant: up, down, ps, logs, stop; on Docker hosts or as processes."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any, TypeVar

import click

from dcgen.commands.assignments import counts
from dcgen.commands.hitless_up import resized
from dcgen.commands.target import Target, target
from dcgen.progress import Progress, summary_text
from engine.docker import compose as docker
from engine.docker.portable import CONFIGURATION, require_portable
from engine.events import Summary
from engine.live.drain import DEADLINE_S
from engine.process import run as processes
from engine.process import runs
from engine.process.free_ports import LOOPBACK
from engine.process.run import Wishes
from engine.process.supervisor import Supervisor
from engine.variant import parse
from faults import UsageError

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130


def target_options(command: F) -> F:
    """Add the options that say what a command acts on."""
    for option in reversed(
        [
            click.option(
                "-f",
                "--file",
                "files",
                multiple=True,
                metavar="FILE",
                help="Compose file; - is stdin.  [default: generated.yml, else its source]",
            ),
            click.option(
                "--engine",
                type=click.Choice(["auto", "docker", "process"]),
                default="auto",
                show_default=True,
                help="Docker, if a daemon answers, or processes of this host.",
            ),
            click.option(
                "--host",
                "hosts",
                multiple=True,
                metavar="tcp://…|ssh://…",
                help="Docker host; repeatable: all at once.",
            ),
            click.option("-q", "--quiet", is_flag=True, help="Say failures only."),
        ]
    ):
        command = option(command)
    return command


@click.command(epilog="Example: dcgen up -f generated.yml --engine process --for 20")
@target_options
@click.option("-d", "--detach", is_flag=True, help="Docker: return when all is started.")
@click.option("--build", is_flag=True, help="Docker: build images first.")
@click.option("--scale", multiple=True, metavar="SERVICE=N", help="Replicas; repeatable.")
@click.option(
    "--for",
    "for_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Processes: end by itself, with a summary on stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Processes: the summary as JSON, no logs.")
@click.option(
    "--publish-on",
    metavar="ADDRESS",
    help=f"Processes: where ports are published that name no address.  [default: {LOOPBACK}]",
)
@click.option("--free-ports", is_flag=True, help="Processes: publish on any free ports.")
@click.option(
    "--count",
    metavar="REGEX",
    help="Processes: sum up group 1 in all logs.  [default: labels dcgen.count]",
)
@click.option("--logs/--no-logs", default=True, help="Processes: show what the services say.")
@click.option(
    "--drain-deadline",
    "drain_s",
    type=click.FloatRange(min=0),
    default=DEADLINE_S,
    show_default=True,
    metavar="SECONDS",
    help="Docker: how long a replica that is to go may work on what it has.",
)
def up(files: tuple[str, ...], engine: str, hosts: tuple[str, ...], **asked: Any) -> None:  # noqa: ANN401 - click checked them
    """Run a variant, in the foreground unless detached; Ctrl-C stops all of it."""
    found = target(files, engine, hosts, starting=True, only_processes=_only_processes(asked))
    progress = Progress(
        quiet=asked["quiet"], logs=asked["logs"] and not asked["as_json"], verb="started"
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
        _up(found, wishes, progress, as_json=asked["as_json"])
    else:
        mounting = [given for given in found.sources if CONFIGURATION in given.text]
        require_portable((parse(s.text, s.path or found.path) for s in mounting), found.hosts)
        _up_on_docker(found, scale, progress, asked)


@click.command(epilog="Example: dcgen down -f generated.yml")
@target_options
def down(files: tuple[str, ...], engine: str, hosts: tuple[str, ...], *, quiet: bool) -> None:
    """Stop a variant and remove what it left: containers and networks, or its log."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        _compose(found, Progress(quiet=quiet, verb="removed"), "down")
    else:
        _stop(found, Progress(quiet=quiet))
        runs.forget(found.path)


@click.command(epilog="Example: dcgen stop -f generated.yml")
@target_options
def stop(files: tuple[str, ...], engine: str, hosts: tuple[str, ...], *, quiet: bool) -> None:
    """Stop a variant; its containers, or its log, stay."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        _compose(found, Progress(quiet=quiet, verb="stopped"), "stop")
    else:
        _stop(found, Progress(quiet=quiet))


@click.command(epilog="Example: dcgen ps -f generated.yml --json")
@target_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def ps(
    files: tuple[str, ...], engine: str, hosts: tuple[str, ...], *, quiet: bool, as_json: bool
) -> None:
    """List what runs: name, process, state, published ports."""
    found = target(files, engine, hosts, starting=False)
    if found.engine == "docker":
        words = ["--format", "json"] if as_json else []
        _compose(found, Progress(quiet=quiet, verb="listed"), "ps", *words)
        return
    running = runs.find(found.path)
    entries = running.entries if running else ()
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2))
        return
    rows = [("NAME", "PID", "STATE", "RESTARTS", "PORTS")]
    rows += [(e.name, str(e.pid or "-"), e.state, str(e.restarts), e.ports) for e in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@click.command(epilog="Example: dcgen logs -f generated.yml --tail 20 worker")
@click.argument("services", nargs=-1, metavar="[SERVICE]…")
@target_options
@click.option("--follow", is_flag=True, help="Go on as long as it runs.")
@click.option("--tail", type=click.IntRange(min=0), metavar="N", help="Only the last N lines.")
def logs(  # noqa: PLR0913 - click hands over one argument per option
    services: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[str, ...],
    *,
    quiet: bool,
    follow: bool,
    tail: int | None,
) -> None:
    """Show what the services said."""
    found = target(files, engine, hosts, starting=False)
    progress = Progress(quiet=quiet, verb="read")
    if found.engine == "docker":
        words = ["--follow"] * follow + ([] if tail is None else ["--tail", str(tail)])
        _compose(found, progress, "logs", *words, *services)
        return
    chosen = frozenset(services)
    for line in processes.logs(found.path, services=chosen, tail=tail, follow=follow):
        progress.show(line)


def _only_processes(asked: dict[str, Any]) -> str:
    options = {"for_s": "--for", "as_json": "--json", "publish_on": "--publish-on"}
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
        _compose(found, progress, "up", *["--detach"] * detached, *words)


def _up(found: Target, wishes: Wishes, progress: Progress, *, as_json: bool) -> None:
    variant = parse(found.source.text, found.path)
    with processes.up(variant, wishes) as running:
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
        supervisor.stop("nobody reads the logs")


def _stop(found: Target, progress: Progress) -> None:
    number = processes.stop(found.path)
    progress.say(f"{number} processes stopped" if number else f"{found.path} does not run here")


def _compose(found: Target, progress: Progress, verb: str, *words: str) -> None:
    command = found.compose(verb, *words)
    if len(found.hosts) < 2:  # noqa: PLR2004 - one host gets the terminal
        text = found.source.text if found.source.path is None else None
        code = docker.attach(command, (*found.hosts, "")[0], text)
        if code:
            sys.exit(code if code == INTERRUPTED else 1)
        return
    progress.expect(found.hosts)
    everywhere = docker.Everywhere(command, found.hosts)
    before = signal.signal(signal.SIGINT, lambda *_: everywhere.stop())
    try:
        for event in everywhere.run():
            progress.show(event)
    finally:
        signal.signal(signal.SIGINT, before)
    progress.count_hosts()
    if progress.failed:
        sys.exit(3)
