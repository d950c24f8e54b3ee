"""What the options of ``dcgen advise`` want of the application, and what asks it."""

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from advise.asked import Asked
from advise.making import Candidates
from engine.count import count
from engine.trial.load import Clients, Command, Loading
from engine.variant import Variant
from faults import UsageError, nearest

__all__ = ["Asked", "asked_of", "chosen", "numbers_of"]

MOST_DIGITS = 3
_ALIKE = 0.75
# Not what a shell or curl calls so: ${HOME}, %{http_code}.
_NAME = re.compile(r"(?<![$%])\{([A-Za-z0-9][\w.-]*)\}")


def asked_of(given: Mapping[str, Any], known: Candidates, variant: Variant) -> Asked:
    """Return what the options *given* ask for.

    Args:
        given: The options, by name.
        known: The services that it runs with.
        variant: The application as a person wrote it.

    Raises:
        UsageError: A command does not read as words, or nobody can ask what is to be asked.
        UserError: A label ``dcgen.count`` is not a regular expression.
    """
    count(variant)  # what runs is another file, with other lines
    command = _words("--goal-command", given["goal_command"])
    return Asked(given["goal"], tuple(command), given["count"], _load(given, known))


def _load(given: Mapping[str, Any], known: Candidates) -> Loading | None:
    if given["clients"]:
        service, slash, path = (given["ask"] or given["goal"]).partition("/")
        _require_asked("the clients", service, known)
        return Clients(given["clients"], service, slash + path or "/")
    words = _words("--load", given["load"])
    services = [*known.counts, *known.untouched]
    for name in _NAME.findall(given["load"]):
        if get_close_matches(name, services, n=1, cutoff=_ALIKE):  # {1..3} is a shell's own
            _require_asked("--load", name, known)
    return Command(tuple(words), known.balanced) if words else None


def _require_asked(who: str, name: str, known: Candidates) -> None:
    if name in known.balanced:
        return
    why = "it has no port" if name in known.clients else "there is no such service"
    if name in known.untouched:
        why = f"it gets no balancer: {known.untouched[name]}"
    fix = nearest(name, known.balanced, f"name one of {', '.join(known.balanced)}")
    raise UsageError(f"{who} cannot ask {name!r}: {why}", fix=fix)


def _words(option: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        fix = f"write it as in a shell: {option} 'PROGRAM ARGUMENT'"
        raise UsageError(f"{text!r} does not read as a command: {error}", fix=fix) from error


def numbers_of(text: str, known: Collection[str]) -> tuple[str, list[int]]:
    """Return the service and the numbers that *text*, ``rng=1,2,3``, names.

    Raises:
        UsageError: The service is not *known*, or a number is none of replicas.
    """
    service, _, given = text.partition("=")
    words = given.split(",")
    is_good = all(word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS for word in words)
    numbers = [int(word) for word in words] if is_good else []
    if service not in known or not all(numbers or [0]):
        raise UsageError(
            f"{text!r} is no service and its numbers of replicas",
            fix=f"write SERVICE=1,2,4 with one of {', '.join(known)}",
        )
    return service, numbers


def chosen(
    known: Candidates, services: Sequence[str], counts: Collection[str], goal: str
) -> Candidates:
    """Return those of *known* that are to be doubled: *services* if there are any, else all.

    Args:
        known: What can be doubled.
        services: What is to be.
        counts: What a number was given for.
        goal: A service whose requests count; empty for none.

    Raises:
        UsageError: One of them cannot be doubled, or nothing counts the requests of *goal*.
    """
    for name in (*services, *filter(None, [goal])):
        if name not in known.counts:
            why = known.untouched.get(name, f"there is no service {name!r}")
            fix = nearest(name, known.counts, f"name one of {', '.join(known.counts)}")
            raise UsageError(why, fix=fix)
    if goal in known.clients:
        named = f"name one of {', '.join(known.balanced)}"
        fix = named if known.balanced else "count log lines: --count REGEX"
        raise UsageError(f"{goal!r} has no balancer, which would count its requests", fix=fix)
    if not services:
        return known
    wanted = {*services, *counts, *known.clients, goal}
    left = {name: "it was not named" for name in known.counts if name not in wanted}
    taken = {name: number for name, number in known.counts.items() if name in wanted}
    return Candidates(taken, known.clients, known.state, {**known.untouched, **left})
