"""Draw the engine's events: what processes say on stdout, everything else on stderr."""

import itertools
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatchmethod

import click

from engine.events import (
    AllReady,
    Changed,
    Counted,
    Event,
    Exited,
    Failed,
    Line,
    Notice,
    Published,
    Restarting,
    Silent,
    Stopped,
    Stopping,
    Summary,
)
from engine.streams import HostDone, HostLine
from engine.underway import Underway
from faults import printable

_PLAIN = ("cyan", "yellow", "green", "magenta", "blue")
_COLOURS = (*_PLAIN, *(f"bright_{name}" for name in _PLAIN))
# In a pipe every line stays, so the speed is said less often.
_EVERY_NTH_COUNT = 5
_OF_CTRL_C = (130, -2)  # as Compose says it, and as a program that SIGINT ended


@dataclass(slots=True)
class Progress:
    """The terminal of one command.

    Args:
        quiet: Say failures only.
        logs: Show what the processes say.
        verb: What a host did when all went well: ``started``, ``stopped``.
    """

    quiet: bool = False
    logs: bool = True
    verb: str = "done"
    _width: int = 0
    _colours: dict[str, str] = field(default_factory=dict)
    _palette: Iterator[str] = field(default_factory=lambda: itertools.cycle(_COLOURS))
    _counts: int = 0
    _on_one_line: bool = False
    _passing: bool = False
    _good: list[str] = field(default_factory=list)
    _bad: list[str] = field(default_factory=list)
    _interrupted: list[str] = field(default_factory=list)

    def expect(self, names: Iterable[str]) -> None:
        """Make room for *names*, so that the lines of all stand in one column."""
        self._width = max((len(name) for name in names), default=0)

    def show(self, event: Event) -> None:
        """Draw *event*, or nothing if it is none that a person waits for."""
        self._draw(event)

    def say(self, text: str) -> None:
        """Write *text* to stderr, unless quiet."""
        if not self.quiet:
            self._to_stderr(text)

    @property
    def failed(self) -> bool:
        """Whether the command failed on some host."""
        return bool(self._bad)

    @property
    def interrupted(self) -> bool:
        """Whether the command was interrupted on some host."""
        return bool(self._interrupted)

    def note(self, event: HostDone) -> None:
        """Count the host of *event* as one on which all went well, or not."""
        if event.code in _OF_CTRL_C:
            self._interrupted.append(str(event.host))
        else:
            (self._bad if event.code else self._good).append(str(event.host))

    def count_hosts(self) -> None:
        """Write the last line of a command on several hosts: ``3 started, 1 failed on host2``."""
        bad, interrupted = ", ".join(self._bad), ", ".join(self._interrupted)
        parts = [f"{len(self._bad)} failed on {bad}"] if bad else []
        parts += [f"{len(self._interrupted)} interrupted on {interrupted}"] if interrupted else []
        if self._good or not parts:
            parts.insert(0, f"{len(self._good)} {self.verb}")
        self._to_stderr(", ".join(parts))

    @singledispatchmethod
    def _draw(self, event: Event) -> None:
        pass

    @_draw.register
    def _(self, event: Notice) -> None:
        self.say(event.text)

    @_draw.register
    def _(self, event: Published) -> None:
        everywhere = f", listening on {event.address}" if event.address not in event.url else ""
        self.say(f"{event.service}: {event.url} (port {event.port}{everywhere})")

    @_draw.register
    def _(self, event: AllReady) -> None:
        of = f" of {event.of}" if event.of > event.processes else ""
        self.say(f"{event.processes}{of} processes are ready after {event.after_s:.1f} s")

    @_draw.register
    def _(self, event: Line) -> None:
        if self.logs:
            self._prefixed(event.name, event.text)

    @_draw.register
    def _(self, event: HostLine) -> None:
        self._prefixed(str(event.host), event.text)

    @_draw.register
    def _(self, event: Exited) -> None:
        self._to_stderr(f"{event.name} exited with code {event.code}")

    @_draw.register
    def _(self, event: Restarting) -> None:
        self._to_stderr(f"{event.name}: restart {event.nth}, in {event.delay_s:.1f} s")

    @_draw.register
    def _(self, event: Failed) -> None:
        self._to_stderr(f"{event.name}: {event.reason}")

    @_draw.register
    def _(self, event: Silent) -> None:
        what = f"nothing listens on {event.address} after {event.after_s:.0f} s"
        self._to_stderr(f"{event.name}: {what}: does it read HOST and PORT?")

    @_draw.register
    def _(self, event: Counted) -> None:
        self._counts += 1
        text = f"{event.total} done, {event.per_s:.1f}/s"
        if not self.logs and sys.stderr.isatty() and not self.quiet:
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)
            self._on_one_line = True
        elif self._counts % _EVERY_NTH_COUNT == 1:
            self.say(text)

    @_draw.register
    def _(self, event: Stopping) -> None:
        self.say(f"stopping: {event.reason}")

    @_draw.register
    def _(self, event: Stopped) -> None:
        killed = f"; killed: {', '.join(event.killed)}" if event.killed else ""
        codes = (f"{name} with code {code}" for name, code in event.exited.items())
        before = f"; exited before: {', '.join(codes)}" if event.exited else ""
        stopped = f"{event.processes} processes stopped in {event.after_s:.1f} s"
        self.say(f"{stopped}{killed}{before}")

    @_draw.register
    def _(self, event: HostDone) -> None:
        self.note(event)
        if event.code in _OF_CTRL_C:
            when = f"after {event.after_s:.1f} s" if event.after_s else "before it began"
            self._to_stderr(f"{event.host}: interrupted {when}")
        elif event.code:
            self._to_stderr(f"{event.host}: failed with exit code {event.code}")
        else:
            self.say(f"{event.host}: {self.verb} after {event.after_s:.1f} s")

    @_draw.register
    def _(self, event: Changed) -> None:
        name = f"{event.host} {event.name}" if event.host.address else event.name
        took = f" after {event.after_s:.1f} s" if event.after_s is not None else ""
        self.say(f"{name}: {event.what}{took}{event.detail and f' ({event.detail})'}")

    @_draw.register
    def _(self, event: Underway) -> None:
        text = f"{event.host}: {event.text}" if event.host.address and event.text else event.text
        if sys.stderr.isatty():
            if not self.quiet and (text or self._passing):
                room = shutil.get_terminal_size().columns - 1
                click.echo(f"\r\x1b[K{printable(text)[:room]}", err=True, nl=False)
                self._passing = bool(text)
        elif text and event.lasting:
            self.say(text)

    def _prefixed(self, name: str, text: str) -> None:
        self._width = max(self._width, len(name))
        prefix = f"{name:{self._width}} |"
        if _colours_wanted():
            if name not in self._colours:
                self._colours[name] = next(self._palette)
            prefix = click.style(prefix, fg=self._colours[name])
        click.echo(f"{prefix} {text}")

    def _to_stderr(self, text: str) -> None:
        if self._passing:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._passing = False
        if self._on_one_line:
            click.echo(err=True)
            self._on_one_line = False
        # Names come from files, and a name may hold what steers a terminal.
        click.echo("\n".join(map(printable, text.split("\n"))), err=True)


def summary_text(summary: Summary) -> str:
    """Return *summary* as a person reads it, without a last newline."""
    restarts = sum(summary.restarts.values())
    lines = [f"{summary.seconds:.1f} s, {summary.processes} processes, {restarts} restarts"]
    lines += [f"  {name}: restarted {n} times" for name, n in summary.restarts.items()]
    lines += [f"  {name}: exited with code {code}" for name, code in summary.exited.items()]
    if summary.units is not None:
        rate = f"{summary.units_per_s:.1f}/s over the last {summary.window_s:.1f} s"
        lines.append(f"units: {summary.units}, {rate}")
    for name, servers in summary.requests.items():
        total = sum(servers.values()) or 1
        shares = (f"{server} {n} ({n / total:.1%})" for server, n in servers.items())
        lines.append(f"{name}: {', '.join(shares)}")
    return "\n".join(lines)


def _colours_wanted() -> bool:
    # https://no-color.org: set and not empty
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
