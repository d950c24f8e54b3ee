"""Events as JSON for programs: one object a line on standard output."""

import json
import re
from dataclasses import fields

import click

from dcgen.progress import Progress
from engine.events import Event, Notice
from engine.hosts import Host
from engine.streams import HostDone
from engine.underway import Underway


class JsonProgress(Progress):
    """A `Progress` that writes each event as an object whose ``event`` names its kind.

    ``{"event": "host_done", "host": "node1", "code": 0, "after_s": 3.2}``
    """

    def show(self, event: Event) -> None:
        """Write *event*, unless it is a step of a download; the fields are those of its class."""
        if isinstance(event, Underway) and not (event.text and event.lasting):
            return
        values = {one.name: getattr(event, one.name) for one in fields(event)}
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
        click.echo(json.dumps({"event": kind, **values}, default=_plain))
        if isinstance(event, HostDone):
            self.note(event)

    def say(self, text: str) -> None:
        """Write *text* as a notice."""
        self.show(Notice(text))


def _plain(value: object) -> object:
    if isinstance(value, Host):
        return str(value)
    raise TypeError(f"{value!r} has no form in JSON")
