"""One ``dcgen advise``: what was asked on the command line, run, and shown as it goes."""

import math
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

import click

from advise.answer import Advice, Step
from advise.climb import Climb, Question
from advise.making import Candidates, candidates
from advise.opening import stage
from advise.rounds import Pace
from advise.sweep import Measured, sweep
from composefile.model import Model
from dcgen.advise import printing, words
from dcgen.advise.asking import Asked, asked_of, chosen, numbers_of
from dcgen.commands.target import Target
from engine.trial.window import Stage, Window


class Session:
    """One run of ``dcgen advise``.

    Args:
        found: The files, and where they run.
        model: The files, merged.
        services: The services to look at; empty for all.
        counts: Service to the replicas to begin with.
        given: The options, by name.
        quiet: Whether to say nothing before the end.
    """

    def __init__(
        self,
        found: Target,
        model: Model,
        services: tuple[str, ...],
        counts: Mapping[str, int],
        given: Mapping[str, Any],
        *,
        quiet: bool,
    ) -> None:
        self._found, self._model, self._services = found, model, services
        self._counts, self._given, self._quiet = counts, given, quiet
        self._is_terminal = sys.stderr.isatty() and not quiet

    def climb(self) -> Advice:
        """Return what is advised, and print it."""
        known, _ = self._candidates, self._asked
        question = Question(
            counts=known.counts,
            clients=known.clients,
            others=self._given["clients"] or 0,
            state=known.state,
            budget=max(self._given["budget"], sum(known.counts.values())),
            pace=self._pace,
            untouched=known.untouched,
        )
        self._tell(f"measuring {words.replicas(known.counts)} (Ctrl-C ends it and removes all)")
        advice = Climb(question, self._opened, self._measured, self._stepped).run()
        printing.advice(advice, self.unit, self._given, self.files)
        return advice

    def sweep(self) -> list[Measured]:
        """Return what the numbers of ``--sweep`` do, and print it."""
        known = self._candidates
        service, numbers = numbers_of(self._given["sweep"], known.counts)
        room = {**known.counts, service: max(*numbers, 2)}
        with self._opened(known.counts, room) as running:
            found = sweep(
                running,
                known.counts,
                service,
                numbers,
                self._pace,
                clients=known.clients,
                others=self._given["clients"] or 0,
                told=lambda one: self._tell(
                    f"{service}={one.replicas}: {one.per_s:.1f} {self.unit}/s"
                ),
            )
        printing.points(found, service, as_json=self._given["as_json"])
        return found

    def commands(self, advice: Advice) -> list[list[str]]:
        """Return the commands that make what *advice* advises, each as its words."""
        return words.commands(advice, self.files)

    @property
    def files(self) -> list[str]:
        """The Compose files, as they are named on a command line."""
        return [str(one.path) for one in self._found.sources if one.path]

    @property
    def unit(self) -> str:
        """What the goal counts."""
        if self._given["goal_command"]:
            return "of the goal"
        return "requests" if self._given["goal"] else "units"

    @cached_property
    def _candidates(self) -> Candidates:
        known = candidates(self._model, self._found.variant(), self._counts)
        return chosen(known, self._services, self._counts, self._given["goal"])

    @cached_property
    def _asked(self) -> Asked:
        return asked_of(self._given, self._candidates, self._found.variant())

    @cached_property
    def _pace(self) -> Pace:
        window_s, worth = self._given["window_s"], self._given["worth"] / 100
        for_s = self._given["for_s"]
        deadline_s = time.monotonic() + for_s if for_s else math.inf
        return Pace(min(1.0, window_s / 2), window_s, worth=worth, deadline_s=deadline_s)

    def _opened(
        self, counts: Mapping[str, int], room: Mapping[str, int]
    ) -> AbstractContextManager[Stage]:
        hosts = self._found.hosts
        return stage(self._model, self._asked, counts, room, host=hosts[0] if hosts else None)

    def _measured(self, name: str, window: Window) -> None:
        what = (
            f"{name.replace('+', ' and ')} doubled"
            if name and " " not in name
            else name or "as it is"
        )
        if self._is_terminal:
            click.echo(
                f"\r\x1b[K  {what}: {window.goal_per_s:.1f} {self.unit}/s", nl=False, err=True
            )

    def _stepped(self, step: Step) -> None:
        won = (
            " and ".join(words.change(step, one) for one in step.winners) or "nothing brings enough"
        )
        line = f"{words.replicas(step.counts)}: {step.window.goal_per_s:.1f} {self.unit}/s; {won}"
        self._tell(line)

    def _tell(self, line: str) -> None:
        if not self._quiet:
            click.echo(f"\r\x1b[K{line}" if self._is_terminal else line, err=True)
