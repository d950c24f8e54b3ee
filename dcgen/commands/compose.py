"""Compose on the files of a target: on one Docker host with the terminal, on several at once."""

import signal
import sys

from dcgen.commands.target import Target
from dcgen.progress import Progress
from dcgen.reporting import INTERRUPTED
from engine.streams import Everywhere


def compose(found: Target, progress: Progress, verb: str, *words: str) -> None:
    """Run Compose with *verb* and *words* on the files of *found*; exit if it fails."""
    command = found.compose(verb, *words)
    if len(found.hosts) < 2:  # noqa: PLR2004 - one host gets the terminal
        text = found.source.text if found.source.path is None else None
        code = found.hosts[0].attach(command, text)
        if code:
            sys.exit(code if code == INTERRUPTED else 1)
        return
    progress.expect(map(str, found.hosts))
    everywhere = Everywhere(command, found.hosts)
    before = signal.signal(signal.SIGINT, lambda *_: everywhere.stop())
    try:
        for event in everywhere.run():
            progress.show(event)
    finally:
        signal.signal(signal.SIGINT, before)
    progress.count_hosts()
    if progress.failed:
        sys.exit(3)
