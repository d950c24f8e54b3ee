"""Measure many Docker hosts in the lab, as root: ``python -m benchmarks.hosts``.

`dcgen up -d` on several hosts beside one of them, and of many replicas by ssh beside tcp. The
images are there; what is started is removed before the next turn, and its removal is not timed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from benchmarks.measure import interleave, machine, spread
from benchmarks.program import DCGEN
from tests.e2e.cpu import CpuMeter
from tests.lab.lab import LOCAL, Lab
from tests.lab.ssh import sshd

MOST_TO_ONE, MOST_TO_TCP = 1.6, 1.3
WITHIN_S = 900
IMAGE = "redis"
SERVICE = f"{{image: {IMAGE}, command: sleep 600, init: true}}"
STACK = "".join(["services:\n", *(f"  s{number}: {SERVICE}\n" for number in range(1, 6))])
MANY = f"services:\n  many: {SERVICE.replace('init', 'network_mode: none, init')}\n"


@dataclass(frozen=True, slots=True)
class Started:
    """How long it took, and what share of this machine's processors was not idle meanwhile."""

    after_s: float
    busy: float


@dataclass(frozen=True, slots=True)
class Person:
    """Who starts the Compose file in *folder*, with *environment*."""

    folder: Path
    environment: Mapping[str, str]

    def up(self, hosts: Sequence[str], *words: str) -> Started:
        """Start it on *hosts*, and remove it again."""
        named = [word for host in hosts for word in ("--host", host)]
        begin_s = time.monotonic()
        with CpuMeter() as cpu:
            self._dcgen("up", "-d", *words, *named)
        started = Started(time.monotonic() - begin_s, cpu.busy)
        self._dcgen("down", *named)
        return started

    def _dcgen(self, *words: str) -> None:
        ended = subprocess.run(
            [*DCGEN, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        if ended.returncode:
            sys.exit(f"dcgen {' '.join(words)}: {ended.stdout}{ended.stderr}")


@click.command()
@click.option("--hosts", "count", default=5, show_default=True, type=click.IntRange(2, 18))
@click.option("--replicas", default=40, show_default=True, type=click.IntRange(1))
@click.option("--turns", default=5, show_default=True, type=click.IntRange(1))
@click.option("--check", is_flag=True, help="Exit 1 if a bar is missed.")
def main(*, count: int, replicas: int, turns: int, check: bool) -> None:
    """Print how much longer COUNT hosts take than one, and ssh than tcp."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="dcgen-")))
        lab = Lab.create()
        cleanup.callback(lab.down)
        urls = _hosts(lab, count, folder)
        there = cleanup.enter_context(sshd(lab, "node1", folder))
        path = f"{there.path}{os.pathsep}{os.environ['PATH']}"
        person = Person(folder, lab.engine(LOCAL).env | {"PATH": path})
        scale = ("--scale", f"many={replicas}")
        click.echo(machine())
        (folder / "compose.yml").write_text(f"name: hosts\n{STACK}")
        several = interleave(
            {"1": partial(person.up, urls[:1]), str(count): partial(person.up, urls)}, turns
        )
        missed = report("hosts", several, MOST_TO_ONE)
        (folder / "compose.yml").write_text(f"name: many\n{MANY}")
        ways = {"tcp": urls[0], "ssh": there.url}
        by = {way: partial(person.up, [url], *scale) for way, url in ways.items()}
        missed |= report(f"{replicas} replicas", interleave(by, turns), MOST_TO_TCP)
    sys.exit(int(check and missed))


def _hosts(lab: Lab, count: int, folder: Path) -> list[str]:
    """Start *count* hosts that have the image, and return how they are reached."""
    nodes = [f"node{number}" for number in range(1, count + 1)]
    lab.add_hosts([LOCAL])
    lab.load(lab.images(), LOCAL)
    lab.engine(LOCAL).docker(f"save {IMAGE} --output", folder / "image.tar", timeout_s=240)
    lab.add_hosts(nodes)
    lab.load(folder / "image.tar", *nodes)
    return [lab.engine(node).url for node in nodes]


def report(what: str, found: Mapping[str, Sequence[Started]], most: float) -> bool:
    """Print what was *found* of two contestants; return whether their ratio is above *most*.

    What the processors did for the second, divided by the time of the first on all of them, is a
    ratio that no program gets below on this machine.
    """
    cores = len(os.sched_getaffinity(0))
    for name, all_started in found.items():
        after_s = spread([one.after_s for one in all_started])
        busy = spread([one.busy for one in all_started])
        click.echo(
            f"{what}, {name}: {after_s.median:.1f} s ({after_s.least:.1f} to"
            f" {after_s.greatest:.1f}), {busy.median:.0%} of {cores} processors busy"
        )
    pairs = list(zip(*found.values(), strict=True))
    ratio = spread([second.after_s / first.after_s for first, second in pairs])
    bound = spread([second.after_s * second.busy / first.after_s for first, second in pairs])
    click.echo(
        f"{what}, ratio: {ratio.median:.2f} ({ratio.least:.2f} to {ratio.greatest:.2f}), at most"
        f" {most:g}; the processors alone: {bound.median:.2f}"
    )
    return ratio.median > most


if __name__ == "__main__":
    main()
