"""The ports that a service declares, and what of them no HAProxy can take over."""

import contextlib
from collections.abc import Iterator

from composefile.model import Model
from composefile.ports import Port, UnresolvedPortError, parse
from generator.checks.announced import announcing_notices
from generator.result import Notice


def known_ports(model: Model, name: str) -> Iterator[Port]:
    """Yield the ports of service *name* that can be known, those of other protocols too."""
    for key in ("ports", "expose"):
        entries = model.get(name, key)
        for entry in entries if isinstance(entries, list) else []:
            with contextlib.suppress(UnresolvedPortError, ValueError):
                yield from parse(entry, model.project.variables)


def protocol_notices(model: Model, name: str, stand_in: str) -> Iterator[Notice]:
    """Yield what of service *name* does not pass its *stand_in*: a balancer or an ambassador."""
    for port in known_ports(model, name):
        if port.protocol != "tcp":
            yield Notice(
                f"port {port.target}/{port.protocol} of {name!r} is not TCP: the {stand_in} does"
                " not forward it" + (", and it is published no longer" if port.host_side else ""),
                model.where(name, "ports"),
                fix=f"leave {name!r} as it is if clients need {port.protocol.upper()}",
            )
    yield from announcing_notices(model, name, stand_in)
