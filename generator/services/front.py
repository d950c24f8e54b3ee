"""The HAProxy before a detached service: whoever has a certificate reaches the service through it.

    before:   redis, published                after:   redis-tls (HAProxy), published ──► redis

It asks the service how it is as an ambassador does. Its certificates are Compose secrets, taken
from variables as passwords are: no file of this host is mounted on another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambassador.access import SECRETS, Access
from ambassador.ambassador import ambassador
from composefile import labels
from composefile.labels import Identity
from composefile.listening import discover
from faults import UserError
from generator.editing.draft import Draft
from generator.editing.emit import Emitted, Layout, Literal, Quoted, entry
from generator.result import Settings
from generator.services.kernel import sysctls
from generator.services.papers import Papers, declared
from generator.services.proxy import ProxySpec, proxy
from lb.model import Accepted, Address


@dataclass(frozen=True, slots=True)
class Front:
    """An HAProxy before a service.

    Attributes:
        name: What it is called.
        keys: Its entries.
        sections: What its file has to have at the top level for it.
    """

    name: str
    keys: Mapping[str, Emitted]
    sections: Mapping[str, Mapping[str, Emitted]]

    def text(self, layout: Layout) -> str:
        """Return its lines below `services`."""
        return entry(self.name, self.keys, layout, layout.step)


def front(draft: Draft, published: Sequence[Emitted], secret: str) -> Front:
    """Return the HAProxy that lets clients with a certificate reach the service of *draft*.

    Args:
        draft: The detached service.
        published: The entries of `ports` with which it would be published.
        secret: The Compose secret with its password; empty if it has none.

    Raises:
        UserError: No port of it is known.
    """
    service, papers = draft.name, Papers.of(draft.name)
    ports, name = _ports(draft), f"{draft.name}-tls"
    # Asked with the password, as an ambassador asks: Redis alone has one that HAProxy can send.
    access = Access(auth_secret=papers.access(service, ports[0], secret).auth_secret)
    routes = {port: [Address(service, port)] for port in ports}
    accepted = Accepted(SECRETS + papers.ca, SECRETS + papers.server)
    spec = ProxySpec(
        service=name,
        routes=routes,
        configuration=ambassador(name, routes, access=access, accepted=accepted),
        identity=Identity(
            role=labels.AMBASSADOR,
            service=name,
            upstream=f"{service}:{ports[0]}",
            ports=tuple(ports),
        ),
        companions=[service],
        v2=draft.document.is_v2,
        config_name=f"{name}-haproxy",
        access=access,
    )
    made = proxy(spec, Settings())
    mine = made.tail["labels"]
    clients = papers.access(service, ports[0], secret).words()
    told = {labels.DETACHED: service, labels.CLIENTS: Quoted(clients)}
    keys = {
        **made.head,
        "secrets": [*spec.secret_names, papers.ca, papers.server],
        "ports": published,
        **_networks(draft),
        **made.tail,
        "sysctls": sysctls(draft.model, service, ports) or {},
        "labels": {**(mine if isinstance(mine, Mapping) else {}), **told},
    }
    configs: dict[str, Emitted] = (
        {made.config[0]: {"content": Literal(made.config[1])}} if made.config else {}
    )
    sections = {"secrets": declared(secret, papers.ca, papers.server), "configs": configs}
    return Front(name, {key: value for key, value in keys.items() if value != {}}, sections)


def _ports(draft: Draft) -> list[int]:
    ports = discover(draft.model, draft.service)
    if not ports:
        raise UserError(
            f"no port of {draft.name!r} is known, so HAProxy cannot forward to it",
            fix=f'add `expose: ["PORT"]` to {draft.name!r}',
            where=draft.model.where(draft.name),
        )
    return ports


def _networks(draft: Draft) -> dict[str, Emitted]:
    if draft.model.get(draft.name, "networks") is None:
        return {}
    return {"networks": list(draft.model.networks(draft.name) or {})}
