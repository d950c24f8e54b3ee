"""What the file of a detached service says to those who are to use it."""

import contextlib
from pathlib import Path

from composefile import labels
from composefile.ports import UnresolvedPortError, parse
from composefile.text_file import UnreadableError
from composefile.text_file import read as read_text
from engine import variant
from engine.docker.detached import Detached
from faults import Place, UserError


def in_file(path: Path, service: str) -> Detached:
    """Return what the Compose file at *path* publishes of *service*.

    Raises:
        UserError: It cannot be read, or says no address.
    """
    try:
        text = read_text(path)
    except UnreadableError as error:
        fix = f"write it with `dcgen detach {service}`"
        raise UserError(f"cannot read it: {error}", fix=fix, where=Place(str(path))) from None
    services = variant.parse(text, path)
    named = [one for one in services if one.label(labels.DETACHED) == service]
    for one in named or [one for one in services if one.name == service]:
        for entry in one.keys.get("ports") or ():
            with contextlib.suppress(UnresolvedPortError, ValueError):
                for port in parse(entry, {}):
                    if port.host_ip and port.published.isdigit() and port.protocol == "tcp":
                        clients = one.label(labels.CLIENTS) or ""
                        return Detached(port.host_ip, int(port.published), clients)
    raise UserError(
        f"it publishes no port of {service!r} at an address",
        fix=f"name one: dcgen detach {service} --publish ADDRESS; or the host that runs it:"
        f" --{service} NAME:",
        where=Place(str(path)),
    )
