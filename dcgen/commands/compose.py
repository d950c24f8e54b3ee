"""Compose on the files of a target: on one Docker host with the terminal, on several at once."""

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dcgen.attached import attach
from dcgen.commands.target import Target
from dcgen.progress import Progress
from dcgen.reporting import INTERRUPTED
from engine.docker.compose import lost
from engine.hosts import Host, full, is_full
from engine.silence import Silence
from engine.streams import Everywhere, HostDone, HostEvent, HostLine
from faults import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.events import Event

HOST_FAILED = 3
_WRITING = ("build", "restart", "up")


def compose(  # noqa: PLR0913 - one for each thing that may differ
    found: Target,
    progress: Progress,
    verb: str,
    *words: str,
    more: Mapping[Host, Sequence[str]] | None = None,
    parallel: int = 0,
    failed: Mapping[Host, UserError] | None = None,
    live: bool = False,
) -> None:
    """Run Compose with *verb* and *words* on the files of *found*; exit if it fails.

    Args:
        found: The files, and the hosts.
        progress: Where to show what is said on several hosts.
        verb: The command of Compose's.
        words: What follows it.
        more: Host to what follows the words there.
        parallel: On how many hosts it runs at the same time; 0 for all.
        failed: The hosts, of several, on which something failed before: it is not run there.
        live: Whether it ends by itself, and a terminal may show one line for each host.

    Raises:
        HostError: There is one host, and its disk is full.
    """
    command = found.compose(verb, *words)
    more = more or {}
    text = found.source.text if found.source.path is None else None
    if _gets_the_terminal(found, progress):
        whole = (*command, *more.get(found.hosts[0], ()))
        run = attach if verb in _WRITING else Host.attach
        code = run(found.hosts[0], whole, text)
        if code:
            sys.exit(code if code == INTERRUPTED else 1)
        return
    for host in failed or {}:
        progress.show(HostDone(host, HOST_FAILED, 0.0))
    hosts = [host for host in found.hosts if host not in (failed or {})]
    everywhere = Everywhere(command, hosts, more=more, parallel=parallel, silence=Silence(lost))
    # What was started may write to a disk of its own, too: that is not for us to explain.
    follow(_Explained(everywhere) if live else everywhere, hosts, progress, live=live)
    if progress.failed and live:
        progress.say("the same command again finishes it, and leaves what is done as it is")
    progress.count_hosts()
    if progress.failed:
        sys.exit(HOST_FAILED)
    if progress.interrupted:
        sys.exit(INTERRUPTED)


def _gets_the_terminal(found: Target, progress: Progress) -> bool:
    # One host does, unless its lines are to become something else.
    plain = type(progress) is Progress or found.source.path is None
    return len(found.hosts) < 2 and plain  # noqa: PLR2004 - one


class Streamed(Protocol):
    """What runs on several hosts, or as several: `engine.streams.Everywhere` does."""

    def run(self) -> Iterator[HostEvent]:
        """Yield what it says."""

    def stop(self) -> None:
        """End it. Safe in a signal handler."""


def follow(everywhere: Streamed, hosts: Sequence[Host], progress: Progress, *, live: bool) -> None:
    """Run *everywhere* to its end, and show what it says of *hosts*; Ctrl-C stops it.

    *live* tells whether a terminal may show one line for each host.
    """
    before = signal.signal(signal.SIGINT, lambda *_: everywhere.stop())
    try:
        with _drawn(progress, hosts, live=live) as show:
            for event in everywhere.run():
                show(event)
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class _Explained:
    # A host whose disk is full says so before its end, and what to do.
    streamed: Streamed

    def run(self) -> Iterator[HostEvent]:
        hosts = set()
        for event in self.streamed.run():
            if isinstance(event, HostLine) and is_full(event.text):
                hosts.add(event.host)
            elif isinstance(event, HostDone) and event.code and event.host in hosts:
                lines = str(full(event.host)).splitlines()
                yield from (HostLine(event.host, line) for line in lines)
            yield event

    def stop(self) -> None:
        self.streamed.stop()


@contextmanager
def _drawn(
    progress: Progress, hosts: Sequence[Host], *, live: bool
) -> Iterator["Callable[[Event], None]"]:
    # In a pipe, and for what is followed, each line is written as it comes.
    if live and type(progress) is Progress and sys.stderr.isatty() and not progress.quiet:
        from dcgen.hosts_table import HostsTable  # noqa: PLC0415 - nothing else needs rich

        with HostsTable(progress, hosts) as table:
            yield table.show
        return
    progress.expect(map(str, hosts))
    yield progress.show
