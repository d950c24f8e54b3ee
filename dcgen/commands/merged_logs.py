"""``dcgen logs`` on Docker: what the containers of all hosts say, as one stream by time."""

import re
import signal
import sys
from collections.abc import Collection, Sequence

import click

from dcgen.commands.compose import HOST_FAILED, compose
from dcgen.commands.target import Target
from dcgen.progress import Progress
from dcgen.reporting import INTERRUPTED
from engine.docker.by_time import ByTime, Said, said
from engine.docker.compose import lost
from engine.docker.printed import plain
from engine.events import Line
from engine.hosts import Host
from engine.silence import Silence
from engine.streams import Everywhere, HostDone, HostLine
from faults import printable


class _Chosen:
    """The containers of *services*, of those that are *known*, or of all if there are none."""

    def __init__(self, services: Sequence[str], known: Collection[str]) -> None:
        self._known = known
        self._services = [name for name in services if name in known]
        self._replicas = [name for name in services if name not in known]

    @property
    def whole(self) -> list[str]:
        """The services that have them."""
        return list(dict.fromkeys([*self._services, *map(_service, self._replicas)]))

    def has(self, name: str) -> bool:
        """Tell whether the container that Compose calls *name* is one of them."""
        service = _service(name)  # one with a name of its own is not called after its service
        return (
            not self._replicas
            or name in self._replicas
            or (service in self._services or service not in self._known)
        )


def show_logs(
    found: Target, words: Sequence[str], services: Sequence[str], progress: Progress
) -> None:
    """Show what the containers of *services*, or of all, say on the hosts of *found*.

    Exits with 3 if a host of several fails, with 1 if the only one does.

    Args:
        found: The files, and the hosts.
        words: What Compose's ``logs`` is told.
        services: Of the files; a replica, too.
        progress: Where it is shown.
    """
    chosen = _Chosen(services, found.variant().services)
    if found.source.path is None:  # Compose reads the file from standard input
        compose(found, progress, "logs", *words, *chosen.whole)
        return

    def show(line: Said) -> None:
        if chosen.has(line.name):
            progress.show(Line(_of(line.host, line.name, " "), line.text))

    command = found.compose("logs", "--timestamps", "--no-color", *words, *chosen.whole)
    stream = ByTime(show, follows="--follow" in words)
    _run(command, found.hosts, stream, progress)
    if progress.interrupted:
        sys.exit(INTERRUPTED)
    if progress.failed:
        several = len(found.hosts) > 1
        if several:
            progress.count_hosts()
        sys.exit(HOST_FAILED if several else 1)


def _run(command: Sequence[str], hosts: Sequence[Host], stream: ByTime, progress: Progress) -> None:
    everywhere = Everywhere(command, hosts, silence=Silence(lost), tick=stream.tick)
    before = signal.signal(signal.SIGINT, lambda *_: everywhere.stop())
    try:
        for event in everywhere.run():
            if isinstance(event, HostLine):
                _take(event, stream)
            elif isinstance(event, HostDone):
                progress.note(event)
    finally:
        signal.signal(signal.SIGINT, before)
    stream.end()


def _take(event: HostLine, stream: ByTime) -> None:
    if line := said(event.host, event.text):
        stream.add(line)
    elif text := plain(event.text).strip():  # an error, or that a container has ended
        click.echo(printable(_of(event.host, text, ": ")), err=True)


def _of(host: Host, text: str, between: str) -> str:
    return f"{host}{between}{text}" if host.address else text


def _service(name: str) -> str:
    return re.sub(r"[-_]\d+$", "", name)
