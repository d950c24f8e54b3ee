"""``dcgen ship --direct``: send each host the layers that it lacks."""

import signal
import sys
from collections.abc import Sequence

from dcgen.progress import Progress
from dcgen.reporting import INTERRUPTED, report
from engine.docker.containers import Site, everywhere
from engine.hosts import Host
from engine.ship.archive import SavedImage
from engine.ship.direct import Beginning, Sending, Sent
from faults import UserError

_LONG_BYTES = 4_000_000  # a person who sees nothing for long takes it for a hang


def send(images: Sequence[SavedImage], sites: Sequence[Site], progress: Progress) -> list[str]:
    """Send *images* to all of *sites* at once; say where that failed, and return these hosts.

    One that fails does not stop the others.
    """

    def said(host: Host, event: Beginning | Sent) -> None:
        name = event.image.reference.rpartition("/")[2]
        if isinstance(event, Sent):
            progress.say(f"{host.title}: {name}: {_outcome(event)}")
        elif event.count > _LONG_BYTES:
            progress.say(f"{host.title}: {name}: sending {event.count:,} bytes")

    sending = Sending(images, said)
    before = signal.signal(signal.SIGINT, lambda *_: sending.stop())
    try:
        results = everywhere(sites, sending.to)
    finally:
        signal.signal(signal.SIGINT, before)
    failed = []
    for site, result in results:
        if isinstance(result, UserError):
            failed.append(str(site.host))
            report(result, str(site.host))
    if sending.stopped:
        sys.exit(INTERRUPTED)
    return failed


def _outcome(sent: Sent) -> str:
    if not sent.count:
        return "is there"
    layers = f"{sent.there} of {len(sent.image.layers)} layers were there"
    return f"{sent.count:,} bytes sent after {sent.after_s:.1f} s, {layers}"
