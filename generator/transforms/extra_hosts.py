"""Take a service out; those that use it find it elsewhere, by `extra_hosts`.

    before:   worker ──► redis
    after:    worker (redis = 192.0.2.7) ──► whatever listens there on the same port

Names hidden in code cannot be seen, so every service that could reach it gets the address: all on
its networks, or in the v1 format all that link to it.
"""

from composefile import labels
from composefile.document import Document, Service, load
from composefile.model import Model
from composefile.project import Project
from composefile.references import Reference, mentions, references, targets
from composefile.values import words
from faults import UserError
from generator.checks.other_files import included_notices, refuse_included
from generator.checks.refusals import refuse, refuse_sharers, role
from generator.checks.removal import removal_notices
from generator.editing.anchors import rescue, used_outside
from generator.editing.edits import Edits, remove_entries, service_span
from generator.editing.emit import Quoted
from generator.editing.layout import is_block, layout_of
from generator.editing.rewrite import quoted
from generator.editing.service import Body
from generator.result import Notice, Variant, with_header
from generator.services.extra_hosts import add_hosts, is_plain_name
from generator.services.former import config_name
from generator.services.insert import remove_config
from generator.services.references import drop_reference


def extra_hosts(
    document: Document, project: Project, service: str, address: str, *, only_named: bool = False
) -> Variant:
    """Return *document* without *service*, which is at *address* for all that use it.

    Args:
        document: Any Compose document; it is left as it was.
        project: What lies around it.
        service: The service that leaves the file.
        address: An IP address, or ``host-gateway``.
        only_named: Change only services that name *service* in their settings, not all on its
            networks.

    Raises:
        UserError: *service* is unknown, the only one, one of a balancer's, or something in the
            file needs its container.
    """
    return _Removal(Model(document, project), service, address, only_named=only_named).variant()


class _Removal:
    def __init__(self, model: Model, service: str, address: str, *, only_named: bool) -> None:
        self.model, self.document = model, model.document
        self.service: Service = model.document.service(service)
        self.address = address
        self.only_named = only_named
        self.others = references(model, service)
        self.by_service: dict[str, list[Reference]] = {}
        for other in self.others:
            self.by_service.setdefault(other.service, []).append(other)
        self.edits = Edits(model.document.text)
        self.notices: list[Notice] = []

    def variant(self) -> Variant:
        self._require_removable()
        layout = layout_of(self.document, self.service.name)
        rescued = bool(used_outside(self.document, self.service))
        if rescued:
            rescue(self.edits, self.document, self.service, layout)
        consumers = self._consumers()
        for name in self.model.names:
            if name != self.service.name:
                self._change(name, consumers)
        self._remove()
        self.notices += removal_notices(
            self.model,
            self.service.name,
            self.address,
            self.others,
            has_consumers=bool(consumers),
        )
        self.notices += included_notices(self.model, self.service.name, self.address)
        text = with_header(self.edits.apply(), layout.newline)
        if rescued:
            load(text, self.document.file)  # every alias must still find its anchor
        return Variant(text, warnings=tuple(self.notices))

    def _require_removable(self) -> None:
        name = self.service.name
        if len(self.document.names) == 1:
            raise UserError(
                f"service {name!r} is the only one, and a file without services is none",
                fix=f"run nothing here, or use `dcgen ambassador {name}=HOST:PORT`",
                where=self.model.where(name),
            )
        kind = role(self.model, name)
        if kind in (labels.BALANCER, labels.REPLICA):
            raise UserError(
                f"service {name!r} is a {kind} that dcgen made",
                fix="start from the file that it was made from",
                where=self.model.where(name),
            )
        refuse_sharers(self.model, name, self.others)
        why = "which leaves this file"
        for key in ("volumes_from", "extends", "additional_contexts"):
            refuse(self.model, name, self.others, key, why)
        refuse_included(self.model, name, (), why)

    def _consumers(self) -> dict[str, list[str]]:
        """Return the services that get the address, each with the names that it gets."""
        found: dict[str, list[str]] = {}
        for name in self.model.names:
            is_consumer = name != self.service.name and not self._is_proxy(name)
            names = self._names_for(name) if is_consumer else []
            host = self._host_of(name) if names else None
            if host is not None:
                known = found.setdefault(host, [])
                known += [new for new in names if new not in known]
        return found

    def _is_proxy(self, name: str) -> bool:
        # A balancer dials its replicas alone: it needs no host but theirs.
        return role(self.model, name) in (labels.BALANCER, labels.AMBASSADOR)

    def _names_for(self, consumer: str) -> list[str]:
        mine = self.model.networks(self.service.name) or {}
        theirs = self.model.networks(consumer) or {}
        common = [network for network in mine if network in theirs]
        aliases = [alias for network in common for alias in words(mine[network].get("aliases"))]
        names = [self.service.name]
        for key in ("container_name", "hostname"):
            value = self.model.get(self.service.name, key)
            names += [value] if isinstance(value, str) else []
        uses = self.by_service.get(consumer, [])
        refers = any(other.key in ("depends_on", "links") for other in uses)
        named = refers or mentions(self.model, consumer, [*names, *aliases])
        if not (refers or (common and (named or not self.only_named))):
            return []
        links = [other.detail for other in uses if other.key == "links"]
        return [name for name in dict.fromkeys([*names, *links, *aliases]) if is_plain_name(name)]

    def _host_of(self, name: str) -> str | None:
        """Return the service whose containers hold the hosts file that *name* reads."""
        mode = self.model.get(name, "network_mode") or self.model.get(name, "net")
        kind, _, target = mode.partition(":") if isinstance(mode, str) else ("", "", "")
        if kind == "none":
            return None
        if kind == "service" or (
            kind == "container" and self.document.v1 and target in self.document
        ):
            return target if target in self.document and target != self.service.name else None
        if kind == "container":
            self.notices.append(
                Notice(
                    f"{name!r} shares the network of the container {target!r}:"
                    f" give that one `--add-host {self.service.name}:{self.address}`",
                    self.model.where(name, "network_mode"),
                )
            )
            return None
        return name

    def _change(self, name: str, consumers: dict[str, list[str]]) -> None:
        body = Body(self.model, name, layout_of(self.document, name), self.edits)
        for key in ("depends_on", "links"):
            if any(other.key == key for other in self.by_service.get(name, [])):
                self._drop(body, key)
        for moved in add_hosts(body, consumers.get(name, []), self.address):
            self.notices.append(
                Notice(
                    f"{moved!r} led elsewhere in {name!r} before",
                    self.model.where(name, "extra_hosts"),
                )
            )
        body.finish()

    def _drop(self, body: Body, key: str) -> None:
        """Take the service out of *key* of a consumer, where that stands in this file."""
        base = self.model.base(body.name)
        gone = self.service.name
        if base is None or base[0] is self.model or gone not in targets(base[0].get(base[1], key)):
            drop_reference(self.model, self.edits, body.name, key, gone)
            return
        value = self.model.get(body.name, key)
        if isinstance(value, dict):
            body.put(key, quoted({name: part for name, part in value.items() if name != gone}))
        else:
            kept = [word for word in words(value) if word.split(":")[0] != gone]
            body.put(key, [Quoted(word) for word in kept])

    def _remove(self) -> None:
        name, document = self.service.name, self.document
        config = config_name(self.model, name)
        if role(self.model, name) and config:
            remove_config(self.edits, document, config)
        if not is_block(document, name):
            remove_entries(self.edits, document.services, {name})
            return
        span = service_span(document, self.service)
        text, end = document.text, span.end
        above = text[: span.start].endswith(("\n\n", "\n\r\n"))
        while above and text.startswith(("\n", "\r\n"), end):
            end = text.index("\n", end) + 1
        self.edits.delete(span.start, end)
