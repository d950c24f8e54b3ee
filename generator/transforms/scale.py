"""Scale a service: replicas behind a balancer that keeps its name.

    before:   worker ──► rng
    after:    worker ──► rng (HAProxy) ──► rng1, rng2, rng3

Callers do not change: the name that they dial is now answered by the balancer. A balancer that is
scaled again keeps what it has, and its replicas are made from the first of them.
"""

from dataclasses import replace

from composefile import labels
from composefile.document import Document, Service, load
from composefile.model import Model
from composefile.ports import discover
from composefile.project import Project
from composefile.references import Reference, mentions, references
from composefile.values import pairs
from faults import UserError
from generator.checks.other_files import refuse_included
from generator.checks.refusals import (
    refuse,
    refuse_awaited_job,
    refuse_sharers,
    require_container,
    role,
)
from generator.checks.scaling import scaling_notices
from generator.editing.anchors import rescue, used_outside
from generator.editing.edits import Edits, Span, service_span
from generator.editing.layout import layout_of
from generator.result import Notice, Settings, Variant, with_header
from generator.services import stats_port
from generator.services.former import Former, former
from generator.services.healthcheck import health_words
from generator.services.insert import (
    flow_entry,
    free_config_name,
    put_config,
    remove_config,
    service_lines,
)
from generator.services.proxy import GeneratedService, ProxySpec, proxy
from generator.services.references import point_volumes
from generator.services.replicas import Template, template
from generator.transforms.replicate import replicate
from lb.balancer import balancer
from lb.model import Address


def scale(
    document: Document, project: Project, service: str, replicas: int, settings: Settings
) -> Variant:
    """Return *document* with *service* run *replicas* times behind a balancer.

    A service that nobody can dial (no port, and no other service refers to it) gets
    `deploy.replicas` and no balancer.

    Raises:
        UserError: *service* is unknown or cannot be balanced, its port cannot be known, or a
            replica would take the name of another service.
    """
    model = Model(document, project)
    found = document.service(service)
    kind = role(model, service)
    if kind == labels.BALANCER:
        return _Scaled(model, found, replicas, settings, former(model, service)).variant()
    if kind:
        made_from = pairs(model.get(service, "labels")).get(labels.SERVICE, service)
        fix = f"scale {made_from!r}" if kind == labels.REPLICA else "scale it where it runs"
        article = "an" if kind == labels.AMBASSADOR else "a"
        raise UserError(
            f"service {service!r} is {article} {kind} already", fix=fix, where=model.where(service)
        )
    others = references(model, service)
    _require_scalable(model, service, others)
    ports = list(settings.ports) or discover(model, found)
    if not ports:
        return _without_port(model, found, replicas, others)
    return _Scaled(model, found, replicas, settings, ports).variant()


def _require_scalable(model: Model, name: str, others: list[Reference]) -> None:
    require_container(model, name)
    deploy = model.get(name, "deploy")
    mode = deploy.get("mode") if isinstance(deploy, dict) else None
    if isinstance(mode, str) and mode not in ("replicated",):
        raise UserError(
            f"service {name!r} has `deploy.mode: {mode}`, which sets its number itself",
            fix=f"remove `mode: {mode}` from {name!r}",
            where=model.where(name, "deploy"),
        )
    refuse_awaited_job(model, name, others)
    refuse_sharers(model, name, others)
    refuse(model, name, others, "extends", "and would inherit what only one container can have")
    refuse_included(model, name, ("depends_on", "links"), "which would be the balancer then")


def _without_port(
    model: Model, service: Service, replicas: int, others: list[Reference]
) -> Variant:
    name = service.name
    callers = [reference.service for reference in others]
    callers += [other for other in model.names if other != name and mentions(model, other, [name])]
    if callers:
        raise UserError(
            f"no port of {name!r} is known, and {callers[0]!r} refers to it",
            fix=f'give `--port PORT`, or add `expose: ["PORT"]` to {name!r}',
            where=model.where(name),
        )
    if model.document.v1:
        raise UserError(
            f"service {name!r} has no port to balance, and the v1 format has no replicas",
            fix=f"run it so often: docker-compose scale {name}={replicas}",
            where=model.where(name),
        )
    return replicate(model, service, replicas)


class _Scaled:
    """One scaling: what it needs to know, and the variant that comes of it."""

    def __init__(
        self,
        model: Model,
        service: Service,
        replicas: int,
        settings: Settings,
        found: Former | list[int],
    ) -> None:
        before = found if isinstance(found, Former) else None
        self.model, self.document = model, model.document
        self.service = service
        self.before = before
        if settings.derive_health:
            words = health_words(model, before.replicas[0] if before else service.name)
            settings = replace(settings, options=f"{words} {settings.options}".strip())
        self.settings = settings.after(before.settings) if before else settings
        self.ports = found if isinstance(found, list) else list(self.settings.ports)
        self.others = references(model, service.name)
        self.replicas = replicas
        self.slots = slots_for(replicas) if self.settings.dynamic else 0
        self.names = replica_names(service.name, replicas, dynamic=bool(self.slots))
        self.layout = layout_of(self.document, service.name)
        self.edits = Edits(self.document.text)

    def variant(self) -> Variant:
        """Return the result; the document is left as it was."""
        self._require_free_names()
        self._require_dns()
        former = self.before.settings.options if self.before else ""
        stats_port.require_room(self.model, self.service.name, self.settings, former)
        made = proxy(self._spec(), self.settings)
        rescued = not self.before and bool(used_outside(self.document, self.service))
        if rescued:
            rescue(self.edits, self.document, self.service, self.layout)
        self._write(made, self._template(rescued=rescued))
        if self.before and self.before.config_name and not made.config:
            remove_config(self.edits, self.document, self.before.config_name)
        if made.config:
            put_config(self.edits, self.document, self.layout, *made.config)
        warnings = point_volumes(
            self.model, self.edits, self.service.name, self.names[0], self.others
        )
        text = with_header(self.edits.apply(), self.layout.newline)
        text = stats_port.published(text, self.model, self.service.name, self.settings, former)
        if rescued:
            load(text, self.document.file)  # every alias must still find its anchor
        return Variant(text, made.files, (*self._warnings(), *warnings))

    def _require_free_names(self) -> None:
        mine = set(self.before.replicas) if self.before else set()
        for name in self.names:
            if name in self.document and name not in mine:
                taken = self.document.find(name)
                raise UserError(
                    f"replica {name!r} would take the name of another service",
                    fix=f"rename that service, or scale {self.service.name!r} to fewer replicas",
                    where=self.document.where(taken.key) if taken else None,
                )

    def _require_dns(self) -> None:
        linked = self.model.networks(self.service.name) is None
        if self.slots and (linked or self.settings.lb_config == "args"):
            where = "the v1 format" if self.document.v1 else "Docker's own bridge"
            why = f"{where} has no DNS" if linked else "`args` names each replica"
            raise UserError(
                f"the replicas of {self.service.name!r} cannot be found by DNS: {why}",
                fix="leave out `--dynamic`",
                where=self.model.where(self.service.name),
            )

    def _spec(self) -> ProxySpec:
        name = self.service.name
        servers = {port: [Address(host, port) for host in self.names] for port in self.ports}
        linked = self.model.networks(name) is None
        configuration = balancer(
            name,
            servers,
            options=self.settings.chosen,
            names="hosts" if linked else "dns",
            slots=self.slots,
        )
        every = [str(address) for port in sorted(servers) for address in servers[port]]
        config_name = self.before.config_name if self.before else ""
        return ProxySpec(
            service=name,
            routes=servers,
            configuration=configuration,
            identity={
                labels.ROLE: labels.BALANCER,
                labels.SERVICE: name,
                labels.BALANCES: " ".join(every),
                **({labels.SLOTS: str(self.slots)} if self.slots else {}),
            },
            companions=self.names,
            v1=self.document.v1,
            linked=linked,
            awaited=any(other.detail == "service_healthy" for other in self.others),
            config_name=config_name or free_config_name(self.document, name),
        )

    def _template(self, *, rescued: bool) -> Template:
        return template(
            self.model,
            self.before.replicas[0] if self.before else self.service.name,
            self.layout,
            count=self.replicas if self.slots else None,
            rescued=rescued,
            again=bool(self.before),
        )

    def _write(self, made: GeneratedService, replica: Template) -> None:
        if self.document.services.flow:
            self._write_flow(made, replica)
            return
        gap = self.layout.newline if self.layout.gap else ""
        lines = service_lines(
            self.model, self.service, self.layout, made, alone=False, again=bool(self.before)
        )
        text = replica.render(self.names, gap) + gap + lines
        old = [*(self.before.replicas if self.before else ()), self.service.name]
        spans = sorted(
            (service_span(self.document, self.document.service(name)) for name in old),
            key=lambda span: span.start,
        )
        self._replace(spans, text)

    def _replace(self, spans: list[Span], text: str) -> None:
        source = self.document.text
        if spans[-1].end == len(source) and not source.endswith("\n"):
            text = text.removesuffix(self.layout.newline)
        self.edits.replace(spans[0].start, spans[0].end, text)
        end = spans[0].end
        for span in spans[1:]:
            between = source[end : span.start]
            self.edits.delete(span.start if between.strip() else end, span.end)
            end = span.end

    def _write_flow(self, made: GeneratedService, replica: Template) -> None:
        entry_text = flow_entry(self.model, self.service, made)
        text = f"{replica.render(self.names, ', ')}, {entry_text}"
        self.edits.replace(self.service.key.start, self.service.body.end, text)

    def _warnings(self) -> list[Notice]:
        if self.before:
            return []
        return list(scaling_notices(self.model, self.service.name, len(self.names)))


LEAST_SLOTS = 64


def slots_for(replicas: int) -> int:
    """Return how many servers a dynamic balancer has room for: twice *replicas*, 64 at least.

    It is a power of two, so that scaling within it changes nothing of the balancer.
    """
    return max(LEAST_SLOTS, 1 << (2 * replicas - 1).bit_length())


def replica_names(service: str, replicas: int, *, dynamic: bool) -> list[str]:
    """Return the services that run the replicas: one for each, or one for all if *dynamic*."""
    if dynamic:
        return [f"{service}-replicas"]
    return [f"{service}{number}" for number in range(1, replicas + 1)]
