"""Whether ``dcgen advise`` is right while other programs use the machine, and how often.

``python -m benchmarks.advise --runs 20`` runs it on applications whose limit is known, each time
beside a neighbour that computes now and then; it prints a table, and exits 1 if an answer was
wrong. ``--save FILE`` keeps every answer. Nothing here is fast: a run takes half a minute to three.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.program import DCGEN
from tests.advise import applications

ROOT = Path(__file__).parents[1]
LONGEST_S = 600.0
QUICK = ("--window", "1", "--json")
# Computes for a while and rests for a while, both by chance: all programs on a machine do.
NEIGHBOUR = """
import os, random, sys, time
chance, parent = random.Random(int(sys.argv[1])), os.getppid()
while os.getppid() == parent:  # whoever is killed cannot end it
    end = time.monotonic() + chance.uniform(0.1, 4)
    while time.monotonic() < end:
        pass
    time.sleep(chance.uniform(0.1, 6))
"""
Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """An application with a known limit.

    Attributes:
        name: What it is called in the table.
        services: Its services, as `applications.write` takes them; empty for DockerCoins.
        right: Tells whether an answer, as ``--json`` prints it, is the right one.
        words: More words of the command.
    """

    name: str
    services: str
    right: Callable[[Found], bool]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run: *answer* in short, in *seconds*, and whether it is *right*."""

    case: str
    run: int
    right: bool
    answer: str
    seconds: float


def winners(found: Found) -> list[list[str]]:
    """Return the services that were doubled, step by step."""
    return [sorted(step["winners"]) for step in found["steps"] if step["winners"]]


def _first_then(first: str, then: str) -> Callable[[Found], bool]:
    # Whether *first* was doubled at first, and *then* later, alone or with others.
    def right(found: Found) -> bool:
        taken = winners(found)
        return taken[:1] == [[first]] and any(then in names for names in taken[1:])

    return right


CASES = (
    Case(
        "DockerCoins: rng, then the workers",
        "",
        _first_then("rng", "worker"),
        ("--scale", "worker=10", "--budget", "26"),
    ),
    Case(
        "a chain: first, then second",
        applications.CHAIN,
        _first_then("first", "second"),
        ("--budget", "16"),
    ),
    Case(
        "two that limit each other",
        applications.BOTH,
        lambda found: winners(found)[:1] == [["first", "second"]],
        ("--budget", "12"),
    ),
    Case(
        "Redis is the limit",
        applications.STATEFUL,
        lambda found: (found["ending"], found["limit"]) == ("state", "redis"),
    ),
    Case(
        "the machine is full",
        applications.BUSY,
        lambda found: found["ending"] == "machine" and not found["commands"],
    ),
    Case(
        "nothing limits: who asks does not ask more",
        applications.server("web", 0.001),
        lambda found: found["ending"] == "nothing" and not found["commands"],
        ("--goal", "web", "--load", f"{sys.executable} ask.py {{web}}"),
    ),
)


@contextmanager
def neighbour(seed: int) -> Iterator[None]:
    """Let another program use a processor now and then, by chance from *seed*."""
    with subprocess.Popen([sys.executable, "-c", NEIGHBOUR, str(seed)]) as burning:
        try:
            yield
        finally:
            burning.kill()


def advised(case: Case, run: int) -> Outcome:
    """Return what ``dcgen advise`` answers on *case*, beside a neighbour."""
    with tempfile.TemporaryDirectory(prefix="dcgen-") as name, neighbour(run):
        folder = Path(name)
        file = ROOT / "dockercoins" / "compose.yml"
        if case.services:
            file = applications.write(folder, case.services)
            folder.joinpath("ask.py").write_text(applications.ASKING)
        words = ("advise", "-f", str(file), "--engine", "process", *QUICK, *case.words)
        began = time.monotonic()
        done = subprocess.run(
            [*DCGEN, *words],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    seconds = round(time.monotonic() - began, 1)
    if done.returncode:
        return Outcome(case.name, run, right=False, answer=done.stderr[-200:], seconds=seconds)
    found = json.loads(done.stdout)
    taken = " then ".join("+".join(names) for names in winners(found)) or "nothing"
    answer = f"{taken}; {found['ending']} {found['limit']}".rstrip()
    return Outcome(case.name, run, bool(case.right(found)), answer, seconds)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the lines of a table of *outcomes*: how often each case was right."""
    yield "| application | right | seconds, shortest to longest | wrong answers |"
    yield "|---|---|---|---|"
    for name in dict.fromkeys(one.case for one in outcomes):
        mine = [one for one in outcomes if one.case == name]
        right = sum(one.right for one in mine)
        times = sorted(one.seconds for one in mine)
        wrong = "; ".join(sorted({one.answer for one in mine if not one.right})) or "none"
        span = f"{times[0]:.0f} to {times[-1]:.0f}"
        yield f"| {name} | {right} of {len(mine)} | {span} | {wrong} |"


@click.command()
@click.option("--runs", default=20, show_default=True, help="Runs of each application.")
@click.option("--first", default=0, show_default=True, help="Number of the first run: its seed.")
@click.option("--only", default="", help="A part of the name of the application.")
@click.option("--save", type=click.Path(path_type=Path), help="Keep each answer, a line each.")
@click.option("--load", "files", multiple=True, type=click.Path(path_type=Path, exists=True))
def main(runs: int, first: int, only: str, save: Path | None, files: tuple[Path, ...]) -> None:
    """Run dcgen advise on applications whose limit is known, beside a neighbour."""
    lines = [line for file in files for line in file.read_text().splitlines()]
    outcomes = [Outcome(**json.loads(line)) for line in lines]
    cases = [] if files else [case for case in CASES if only in case.name]
    for run in range(first, first + runs):
        for case in random.Random(run).sample(cases, len(cases)):  # noqa: S311 - an order, no secret
            outcomes.append(advised(case, run))
            click.echo(str(outcomes[-1]), err=True)
            if save:
                with save.open("a") as kept:
                    kept.write(json.dumps(asdict(outcomes[-1])) + "\n")
    click.echo("\n".join(table(outcomes)))
    sys.exit(not all(one.right for one in outcomes))


if __name__ == "__main__":
    main()
