"""A command of Compose that may take minutes, as a build may: its lines as they come."""

import re
from collections.abc import Iterator

from engine.docker.compose import lost
from engine.docker.containers import Site, failed
from engine.silence import Silence
from engine.streams import Everywhere, HostDone, HostLine
from engine.underway import Underway
from faults import HostError

# A layer that is fetched says so again and again; a container or a network is told of otherwise.
_PASSING = re.compile(
    r"\s*([0-9a-f]{12}\b|(Container|Network|Volume|Config|Secret) )|.*[\[#=>]{4}|\s*\S+ Waiting"
)


def follow(site: Site, *words: str) -> Iterator[Underway]:
    """Run Compose on *site* with *words*, and yield each line that it says; the last one is empty.

    Raises:
        HostError: It fails, which quotes its last line; or the host is lost.
    """
    command = (*site.compose, *words)
    last = ""
    for event in Everywhere(command, [site.host], silence=Silence(lost)).run():
        if isinstance(event, HostLine) and event.text.strip():
            last = event.text.strip()
            yield Underway(site.host, last, not _PASSING.match(event.text))
        elif isinstance(event, HostDone):
            yield Underway(site.host)
            if event.code:
                raise failed(site.host, command, last)


def fetch(site: Site, name: str, image: str) -> Iterator[Underway]:
    """Fetch *image*, which service *name* has, to *site* if it is not there.

    Raises:
        HostError: Docker or Compose does not answer, or it cannot be fetched.
    """
    try:
        site.docker("image", "inspect", "--format", "{{.Id}}", image)
    except HostError:
        yield from follow(site, "pull", name)
