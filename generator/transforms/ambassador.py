"""Replace a service by an ambassador: an HAProxy of the same name that leads to a remote address.

    before:   worker ──► redis
    after:    worker ──► redis (HAProxy) ──► 192.0.2.7:32768

An ambassador that is replaced again leads to the new address and keeps what it carries.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ambassador import upstreams as far
from ambassador.access import Access
from ambassador.ambassador import ambassador as configured
from ambassador.protocols import guess
from composefile import labels
from composefile.document import Document, Service, load
from composefile.interpolation import resolve
from composefile.model import Model
from composefile.ports import discover
from composefile.project import Project
from composefile.references import references
from composefile.values import pairs, words
from faults import UserError
from generator.checks.other_files import refuse_included
from generator.checks.refusals import (
    refuse,
    refuse_awaited_job,
    refuse_sharers,
    require_container,
    require_secret,
    role,
)
from generator.checks.removal import internal_notices, replacement_notices
from generator.editing.anchors import rescue, used_outside
from generator.editing.edits import Edits, service_span
from generator.editing.layout import layout_of
from generator.result import Notice, Settings, Variant, with_header
from generator.services import stats_port
from generator.services.former import config_name, former_settings
from generator.services.insert import (
    flow_entry,
    free_config_name,
    put_config,
    remove_config,
    service_lines,
)
from generator.services.proxy import GeneratedService, ProxySpec, proxy
from lb.model import Address


def ambassador(
    document: Document,
    project: Project,
    service: str,
    upstream: Address | Sequence[Address],
    settings: Settings,
) -> Variant:
    """Return *document* with an ambassador in the place of *service* that leads to *upstream*.

    Of several, the first serves and the others stand by. It listens on every port that *service*
    did; the first leads to *upstream*, the others to the same port of the same host. If none is
    known, it listens on the port of *upstream*. An upstream on ``localhost`` is looked for on the
    machine that the container runs on, for in a container that name means the container.

    Raises:
        UserError: *service* is unknown, one of a balancer's, or something in the file needs its
            container.
    """
    several = (upstream,) if isinstance(upstream, Address) else tuple(upstream)
    return _Replacement(Model(document, project), service, several, settings).variant()


class _Replacement:
    def __init__(
        self, model: Model, service: str, upstreams: tuple[Address, ...], settings: Settings
    ) -> None:
        self.model, self.document = model, model.document
        self.service: Service = model.document.service(service)
        self.settings = settings
        self.others = references(model, service)
        self.edits = Edits(model.document.text)
        self.notices: list[Notice] = []
        self.again = role(model, service) == labels.AMBASSADOR
        self.former = ""
        self.old_config = config_name(model, service) if self.again else ""
        self.upstreams = tuple(map(self._from_container, upstreams))
        self.upstream = self.upstreams[0]

    def variant(self) -> Variant:
        self._require_replaceable()
        document, service = self.document, self.service
        layout = layout_of(document, service.name)
        self._keep_settings()
        stats_port.require_room(self.model, service.name, self.settings, self.former)
        made = proxy(self._spec(), self.settings)
        rescued = bool(used_outside(document, service))
        if rescued:
            rescue(self.edits, document, service, layout)
        self._write(made, rescued=rescued)
        if self.old_config and not made.config:
            remove_config(self.edits, document, self.old_config)
        if made.config:
            put_config(self.edits, document, layout, *made.config)
        text = with_header(self.edits.apply(), layout.newline)
        text = stats_port.published(text, self.model, service.name, self.settings, self.former)
        if rescued:
            load(text, document.file)  # every alias must still find its anchor
        self.notices += internal_notices(self.model, service.name)
        if not self.again:
            self.notices += replacement_notices(self.model, service.name)
        return Variant(text, made.files, tuple(self.notices))

    def _require_replaceable(self) -> None:
        model, name = self.model, self.service.name
        kind = role(model, name)
        if kind in (labels.BALANCER, labels.REPLICA):
            raise UserError(
                f"service {name!r} is a {kind} that dcgen made",
                fix="start from the file that it was made from",
                where=model.where(name),
            )
        require_container(model, name)
        refuse_awaited_job(model, name, self.others)
        refuse_sharers(model, name, self.others)
        for key in ("volumes_from", "extends", "additional_contexts"):
            refuse(model, name, self.others, key, "which runs elsewhere then")
        refuse_included(model, name, ("depends_on", "links"), "which runs elsewhere then")

    def _from_container(self, address: Address) -> Address:
        if not far.is_itself(address):
            return address
        there = replace(address, host=far.THIS_HOST)
        self.notices.append(
            Notice(
                f"'{address.host}' is the ambassador itself: it leads to {there}, this machine as"
                " its containers see it, so what listens there must not listen on 127.0.0.1 alone",
                self.model.where(self.service.name),
            )
        )
        return there

    def _keep_settings(self) -> None:
        folder = self.model.project.folder
        files = tuple((target, _seen_from(folder, path)) for target, path in self.settings.files)
        self.settings = replace(self.settings, files=files)
        if self.again:
            name = self.service.name
            listed = pairs(self.model.get(name, "labels")).get(labels.PORTS, "")
            ports = tuple(int(word) for word in listed.split())
            before = former_settings(self.model, name, ports)
            self.former = before.options
            self.settings = self.settings.after(before)

    def _ports(self) -> list[int]:
        if self.settings.ports:
            return list(self.settings.ports)
        found = discover(self.model, self.service)
        if not found:
            self.notices.append(
                Notice(
                    f"no port of {self.service.name!r} is known: the ambassador listens on"
                    f" {self.upstream.port}",
                    self.model.where(self.service.name),
                )
            )
        return found or [self.upstream.port]

    def _spec(self) -> ProxySpec:
        name, v1 = self.service.name, self.document.v1
        ports = self._ports()
        routes = far.routes(ports, self.upstreams)
        if ports[1:] and not self.again:
            self.notices.append(
                Notice(
                    f"port {ports[0]} of {name!r} leads to {self.upstream},"
                    f" {', '.join(map(str, ports[1:]))} to the same of {self.upstream.host}",
                    self.model.where(name),
                )
            )
        access = self._access(ports)
        return ProxySpec(
            service=name,
            routes=routes,
            configuration=configured(
                name,
                routes,
                access=access,
                options=self.settings.chosen,
                names="dns" if self.model.networks(name) else "hosts",
            ),
            identity={
                labels.ROLE: labels.AMBASSADOR,
                labels.SERVICE: name,
                labels.UPSTREAM: far.spell(self.upstreams),
                labels.PORTS: " ".join(map(str, ports)),
            },
            v1=v1,
            awaited=any(other.detail == "service_healthy" for other in self.others),
            config_name=self.old_config or free_config_name(self.document, name),
            access=access,
            files=self.settings.files,
            extra_hosts=self._extra_hosts(),
        )

    def _access(self, ports: list[int]) -> Access:
        access = Access.parse(self.settings.access)
        require_secret(self.model, self.service.name, access.auth_secret)
        if access.protocol or self.again or len(ports) > 1:
            return access
        # The image says it now, and will be HAProxy's when the ambassador is written again.
        image = self.model.get(self.service.name, "image")
        shown = resolve(image, self.model.project.variables) if isinstance(image, str) else None
        spoken = guess(ports[0], shown)
        return access if spoken == guess(ports[0]) else replace(access, protocol=spoken)

    def _extra_hosts(self) -> list[str]:
        mine = {address.host for address in self.upstreams} & {far.THIS_HOST}
        present = self.model.get(self.service.name, "extra_hosts") if self.again else None
        if isinstance(present, dict):
            lines = [f"{name}:{address}" for name, address in present.items()]
        else:
            lines = words(present)
        others = [line for line in lines if not line.startswith(far.THIS_HOST)]
        return others + [f"{name}:host-gateway" for name in mine]

    def _write(self, made: GeneratedService, *, rescued: bool) -> None:
        document, service = self.document, self.service
        if document.services.flow:
            text = flow_entry(self.model, service, made)
            self.edits.replace(service.key.start, service.body.end, text)
            return
        layout = layout_of(document, service.name)
        lines = service_lines(
            self.model, service, layout, made, alone=not rescued, again=self.again
        )
        span = service_span(document, service)
        source = document.text
        if span.end == len(source) and not source.endswith("\n"):
            lines = lines.removesuffix(layout.newline)
        self.edits.replace(span.start, span.end, lines)


def _seen_from(folder: Path | None, path: str) -> str:
    """Return *path* as it is written in a file of *folder*."""
    if Path(path).is_absolute():
        return path
    there = Path(os.path.relpath(path, folder or ".")).as_posix()
    return there if there.startswith("../") else f"./{there}"
