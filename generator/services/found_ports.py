"""The ports of a service that its HAProxy listens on, unless a person names them.

Of several, one must be served. Nobody may listen on the others: MariaDB's 33060, nginx's 443, a
debugger's. They count for the health of that HAProxy only once they have been served.
"""

from composefile.listening import discover, in_order
from composefile.ports import LAST_PORT
from composefile.spoken import spoken
from composefile.values import pairs
from generator.checks.workers import serving_ports
from generator.editing.draft import Draft

_NAMED = 3


def found_ports(draft: Draft, *, serving: bool = False) -> list[int]:
    """Return the ports of the service of *draft*, the one first that must be served.

    *serving* is whether its containers will serve them, so that what its image exposes may not
    count (`serving_ports`). A person is told which one is first.
    """
    model, service = draft.model, draft.service
    found = serving_ports(model, service) if serving else discover(model, service)
    found = list(dict.fromkeys([*_routed(draft), *found]))
    found = in_order(model, service, found)
    if len(found) > 1:
        others = _listed(found[1:])
        draft.say(
            f"port {found[0]} of {draft.name!r} must answer for its HAProxy to be healthy;"
            f" {others} only once there has been an answer",
            fix=f"give `--port {found[0]}` if nothing listens on {others}",
        )
    return found


def _routed(draft: Draft) -> list[int]:
    """Return the ports to which labels and variables of the service lead other proxies."""
    model, name = draft.model, draft.name
    deploy = model.get(name, "deploy")
    inner = deploy.get("labels") if isinstance(deploy, dict) else None
    values = (*pairs(model.get(name, "labels")).items(), *pairs(inner).items())
    labels = {label: model.known(text) for label, text in values}
    variables = pairs(model.get(name, "environment")).items()
    known = {variable: model.known(text) for variable, text in variables}
    return sorted(port for port in spoken((), labels, known) if 0 < port <= LAST_PORT)


def _listed(ports: list[int]) -> str:
    more = len(ports) - _NAMED
    shown = ", ".join(map(str, ports[:_NAMED]))
    return f"{shown} and {more} more" if more > 0 else shown
