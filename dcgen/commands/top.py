"""``dcgen top``: what every service of a running variant does, again and again."""

import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from itertools import islice

import click

from dcgen.commands.grouped import within
from dcgen.commands.location import place
from dcgen.commands.target import RunCommand, target, target_options
from dcgen.signals import ended_by_signals
from dcgen.top import plain, wording
from engine.hosts import Host
from engine.top.sampler import Sampler, sampler
from engine.top.samples import Sample
from faults import HostError, UsageError

EVERY_S = 2.0
LINES_EVERY_S = 5.0
ONCE_S = 3.0
HOST_FAILED = 3


@click.command(
    cls=RunCommand,
    epilog="Example: dcgen top -f generated.yml --host ssh://node1 --host ssh://node2",
)
@target_options
@click.option("--once", is_flag=True, help="Measure once, for one interval, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
@click.option(
    "--interval",
    "every_s",
    type=within(click.FloatRange(min=0.5, max=3600)),
    metavar="SECONDS",
    help="Time between two samples.  [default: 2; 5 for lines, 3 with --once]",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="SERVICE=N",
    help="Requests or units a second that one replica can do: drawn as a dotted line.",
)
@click.option(
    "--web",
    metavar="[ADDRESS:]PORT",
    help="Serve a read-only page there, on 127.0.0.1 unless told otherwise; port 0: any.",
)
def top(  # noqa: PLR0913 - click hands over one argument per option
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    quiet: bool,
    once: bool,
    as_json: bool,
    every_s: float | None,
    limits: tuple[str, ...],
    web: str | None,
) -> None:
    """Show services with their replicas: health, sessions, queue, requests/s, latency, CPU, memory.

    Sessions, queue, requests and latency are what HAProxy counts. UNITS/S is what the log lines
    say that the label dcgen.count names. With --once the exit code is 3 if a host does not answer.
    """
    if web and (once or as_json):
        raise UsageError("a page is not printed", fix="leave out --web, or --once and --json")
    listen = _listen(web) if web else None
    where = place(target(files, engine, hosts, starting=False))
    each = _limits(limits, where.variant.services)
    with ended_by_signals(), closing(sampler(where.variant, where.sites, each)) as found:
        if listen:
            from dcgen.top.web import serve  # noqa: PLC0415 - few runs need a server

            serve(_samples(found, every_s or EVERY_S), *listen)
        elif once:
            _once(found, every_s or ONCE_S, as_json=as_json)
        elif not as_json and _is_terminal():
            from dcgen.top import terminal  # noqa: PLC0415 - only a terminal needs rich, 100 ms

            terminal.show(_samples(found, every_s or EVERY_S))
        else:
            _lines(found, every_s or LINES_EVERY_S, as_json=as_json, quiet=quiet)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _once(found: Sampler, every_s: float, *, as_json: bool) -> None:
    _, sample = islice(_samples(found, every_s), 2)
    problems = [wording.problem(problem, sample.hosts) for problem in sample.problems]
    if len(found.failed) == len(sample.hosts):
        raise HostError("no host answers", fix="ask each: dcgen hosts", reasons=problems)
    click.echo(_json(sample) if as_json else plain.text(sample))
    for problem in problems if not as_json else ():
        click.echo(problem, err=True)
    if found.failed:
        sys.exit(HOST_FAILED)


def _lines(found: Sampler, every_s: float, *, as_json: bool, quiet: bool) -> None:
    try:
        for sample in _samples(found, every_s):
            if as_json:
                click.echo(_json(sample))
            else:
                for line in plain.lines(sample, quiet=quiet):
                    click.echo(line)
    except BrokenPipeError:  # `dcgen top | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _samples(found: Sampler, every_s: float) -> Iterator[Sample]:
    due_s = time.monotonic()
    while True:
        yield found.sample()
        due_s += every_s
        now_s = time.monotonic()
        # A host that takes longer is not asked more often later.
        due_s = max(due_s, now_s)
        time.sleep(due_s - now_s)


def _json(sample: Sample) -> str:
    return json.dumps(asdict(sample))


def _listen(text: str) -> tuple[str, int]:
    from dcgen.top.web import listen_at  # noqa: PLC0415 - few runs need a server

    return listen_at(text)


def _limits(words: tuple[str, ...], services: Mapping[str, object]) -> dict[str, float]:
    found = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not (math.isfinite(value) and value > 0):
            what = f"{word!r} is not a limit"
            raise UsageError(what, fix="write SERVICE=N, such as --limit rng=10")
        if name not in services:
            raise UsageError(
                f"there is no service {name!r}", fix=f"name one of {', '.join(services)}"
            )
        found[name] = value
    return found
