"""What was found, as sentences and as commands."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from advise.answer import Advice, Ending, Step

SERIAL_PRESENT = 1.5
SERIAL_CORES = 0.6


def replicas(counts: Mapping[str, int]) -> str:
    """Return *counts* as the command line writes them: ``rng=4 worker=20``."""
    return " ".join(f"{name}={number}" for name, number in counts.items())


def change(step: Step, name: str) -> str:
    """Return what configuration *name* of *step* doubles: ``rng 1 to 2``."""
    return ", ".join(f"{one} {step.counts[one]} to {step.more[one]}" for one in name.split("+"))


def verdict(advice: Advice, unit: str) -> str:
    """Return the sentence that says what is advised."""
    if advice.ending is Ending.IDLE:
        return f"the goal does not move: no {unit} was counted"
    if not advice.changed:
        return f"no further replica is advised: it does {advice.goal_per_s:.1f} {unit}/s"
    first = " and ".join(advice.steps[0].winners)
    return (
        f"{first} is the limit first. {replicas(advice.changed)} does "
        f"{advice.goal_per_s:.1f} {unit}/s, {advice.times:.1f} times as much"
    )


def reason(advice: Advice, worth: float) -> str:
    """Return the sentence that says why more is not advised."""
    limit, last = advice.limit, advice.steps[-1]
    machine = last.window.machine
    own = sum(use.cores for use in last.window.uses.values())
    what = "processors" if machine.cpu >= machine.disk else "disk"
    known = {
        Ending.BUDGET: "all replicas that --budget allows are used",
        Ending.NOT_WORTH: f"a further replica of {limit} brings less than {worth:.0%}",
        Ending.MACHINE: (
            f"the machine is full: {what}; the application itself uses {own:.1f} of"
            f" {machine.cores} cores"
        ),
        Ending.STATE: f"{limit} is the limit, and keeps state: do not scale it",
        Ending.UNSURE: (
            f"cannot tell what more {limit} would bring: the noise is {last.noise:.0%}"
        ),
        Ending.TIME: "the time that --for allows is over",
        Ending.NOTHING: "no service is the limit: there is no more work than is done",
        Ending.IDLE: (
            "let it have work (--load, --clients), or count something else (--goal, --count)"
        ),
    }
    return known[advice.ending]


def commands(advice: Advice, files: Sequence[str] = ()) -> list[list[str]]:
    """Return the commands that make the variant that is advised, each as its words.

    A service that answers one request at a time gets its queue in the balancer.
    """
    given = [word for file in files for word in ("-f", file)]
    serial = [name for name in advice.changed if is_serial(advice, name)]
    others = {name: n for name, n in advice.changed.items() if name not in serial}
    found = [
        ["dcgen", "scale", f"{name}={advice.changed[name]}", "--server-maxconn", "1", *given]
        for name in serial
    ]
    if others:
        found.append(["dcgen", "scale", *(f"{name}={n}" for name, n in others.items()), *given])
    return found


def spelled(words: list[str]) -> str:
    """Return *words* as a shell reads them."""
    return shlex.join(words)


def is_serial(advice: Advice, name: str) -> bool:
    """Tell whether *name* was seen to answer one request at a time, and to be the limit by that.

    Requests queued at it while it used little of a processor, and as many replicas did as many
    times as much.
    """
    for step in advice.steps:
        use = step.window.uses.get(name)
        if name in step.winners and use and use.per_s and use.present is not None:
            count = step.counts[name]
            return use.present / count >= SERIAL_PRESENT and use.cores / count < SERIAL_CORES
    return False


def arguments(advice: Advice) -> Iterator[str]:
    """Yield why the commands have the options that they have."""
    for name in advice.changed:
        if is_serial(advice, name):
            yield (
                f"{name} answers one request at a time: with --server-maxconn 1 the queue is in"
                " the balancer, and who is free takes the next"
            )
