"""A command on several hosts on a terminal: one line for each, which says what it does now."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from dcgen.progress import Progress
from engine.events import Event
from engine.hosts import Host
from engine.streams import HostDone, HostLine, HostStarted
from faults import printable

_REFRESHES_PER_S = 5
_STYLES = {"waiting": "dim", "running": "cyan", "done": "green", "failed": "red"}


@dataclass(slots=True)
class _Row:
    state: str = "waiting"
    begin_s: float = 0.0
    after_s: float = 0.0
    lines: list[str] = field(default_factory=list)


class HostsTable(AbstractContextManager["HostsTable"]):
    """The lines of *hosts* while a command runs; at its end what failed, with all of its output.

    Args:
        progress: Where the end of each host is said.
        hosts: Each once.
    """

    def __init__(self, progress: Progress, hosts: Sequence[Host]) -> None:
        self._progress = progress
        self._rows = {host: _Row() for host in hosts}
        self._done: list[HostDone] = []
        self._live = Live(
            console=Console(stderr=True, highlight=False),
            refresh_per_second=_REFRESHES_PER_S,
            transient=True,
            get_renderable=self.table,
        )

    def __enter__(self) -> "HostsTable":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
        for event in self._done:
            lines = self._rows[event.host].lines if event.code else ()
            for text in lines:
                self._progress.show(HostLine(event.host, text))
            self._progress.show(event)

    def show(self, event: Event) -> None:
        """Note what *event* says of its host."""
        if isinstance(event, HostStarted):
            self._rows[event.host].state = "running"
            self._rows[event.host].begin_s = time.monotonic()
        elif isinstance(event, HostLine):
            self._rows[event.host].lines.append(event.text)
        elif isinstance(event, HostDone):
            row = self._rows[event.host]
            row.state, row.after_s = "failed" if event.code else "done", event.after_s
            self._done.append(event)

    def table(self) -> Table:
        """Return the table as it is now: host, state, seconds, the last line it said."""
        table = Table.grid(padding=(0, 2))
        for column in range(3):
            table.add_column(no_wrap=True, justify="right" if column == 2 else "left")  # noqa: PLR2004 - seconds
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        now = time.monotonic()
        for host, row in self._rows.items():
            took_s = now - row.begin_s if row.state == "running" else row.after_s
            said = next((line for line in reversed(row.lines) if line.strip()), "")
            table.add_row(
                Text(printable(str(host))),
                Text(row.state, style=_STYLES[row.state]),
                f"{took_s:.1f} s" if took_s else "",
                Text(printable(said.strip()), style="dim"),
            )
        return table
