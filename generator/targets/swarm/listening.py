"""The ports that a stack publishes, as whole numbers, on all nodes or on those that run a task.

Sources: Compose Specification, "ports"; Docker, "Use Swarm mode routing mesh".
"""

from collections.abc import Iterator
from functools import partial

from composefile import ports
from composefile.model import Model
from composefile.values import Value
from faults import Check
from generator.editing.emit import Emitted
from generator.targets.swarm.told import refused

MODES = ("ingress", "host")


def published(model: Model, name: str, mode: str) -> list[dict[str, Emitted]]:
    """Return the published ports of service *name*, in *mode* unless an entry says its own.

    Raises:
        UserError: One is for an address of the host, a range, or not a port.
    """
    found: list[dict[str, Emitted]] = []
    for entry in _entries(model, name):
        found += [one for one in _published(model, name, entry, mode) if one not in found]
    return found


def port_checks(model: Model, name: str) -> Iterator[Check]:
    """Yield a check of each entry of the ports of service *name*: one hides no other."""
    for entry in _entries(model, name):
        yield partial(_published, model, name, entry, MODES[0])


def _entries(model: Model, name: str) -> list[Value]:
    value = model.get(name, "ports")
    return value if isinstance(value, list) else []


def _published(model: Model, name: str, entry: Value, mode: str) -> list[dict[str, Emitted]]:
    given = str(entry.get("mode") or "") if isinstance(entry, dict) else ""
    found: list[dict[str, Emitted]] = []
    for port in _read(model, name, entry):
        one: dict[str, Emitted] = {"target": port.target}
        one |= {"published": _number(model, name, port)} if port.published else {}
        one |= {"protocol": port.protocol}
        one |= {"mode": given if given in MODES else mode}
        found.append(one)
    return found


def _read(model: Model, name: str, entry: Value) -> list[ports.Port]:
    try:
        return ports.read(entry)
    except ValueError:
        why, fix = f"{entry!r} is not a port", "write it as PUBLISHED:CONTAINER"
        raise refused(model, name, "ports", why, fix) from None


def _number(model: Model, name: str, port: ports.Port) -> int:
    if port.host_ip not in ("", "0.0.0.0", "::"):  # noqa: S104 - it is compared
        why = f"Swarm publishes on every address, not on {port.host_ip} alone"
        fix = "take the port out, and publish that of a proxy, or leave out the address"
        raise refused(model, name, "ports", why, fix)
    if not port.published.isdecimal():
        why = f"Swarm takes one port, not one of the range {port.published}"
        raise refused(model, name, "ports", why, "name one port, or none and Swarm chooses")
    return int(port.published)
