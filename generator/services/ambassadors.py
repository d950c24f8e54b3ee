"""The ambassador that replaces a service: where it leads to, by which ports, and how it gets in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ambassador import upstreams as far
from ambassador.access import UNCHOSEN_ACCESS, Access
from ambassador.ambassador import ambassador
from composefile import labels
from composefile.labels import Identity
from composefile.values import words
from generator.editing.draft import Draft
from generator.result import Settings
from generator.services.failover import by_image, failover_notices, kept_apart
from generator.services.former import Former, former
from generator.services.found_ports import found_ports
from generator.services.proxy import ProxySpec
from generator.services.surroundings import fitted


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a service is to be replaced.

    Attributes:
        upstreams: Where the ambassador leads to; the first serves, the others stand by.
        ports: The ports that it listens on.
        settings: How it is made.
        access: How it gets in there.
        before: The ambassador that stands there already.
    """

    upstreams: far.Upstreams
    ports: Sequence[int]
    settings: Settings
    access: Access
    before: Former | None


def replacement(draft: Draft, upstreams: far.Upstreams, settings: Settings) -> Replacement:
    """Return how the service of *draft* is to be replaced by an ambassador for *upstreams*.

    What *settings* leave open is as it was before, or found in the file. An upstream on
    ``localhost`` is looked for on the machine that the container runs on.

    Raises:
        UsageError: One of *settings* would have no effect.
    """
    before = former(draft.model, draft.name)
    several = tuple(map(far.from_container, upstreams))
    for given, there in zip(upstreams, several, strict=True):
        if far.is_itself(given):
            draft.say(
                f"'{given.host}' is the ambassador itself: it forwards to {there}, this machine as"
                " its containers see it, so what listens there must not listen on 127.0.0.1 alone",
                fix="let it listen on the address of docker0, too: `ss -ltn` shows where it does",
            )
    chosen, settings = settings, _kept(draft, settings, before)
    if not settings.for_others:
        chosen.options.require_question(settings.options)
    ports = _ports(draft, several[0].port, settings)
    if ports[1:] and not before:
        draft.say(
            f"port {ports[0]} of {draft.name!r} is forwarded to {several[0]},"
            f" {', '.join(map(str, ports[1:]))} to the same of {several[0].host}",
            fix=f"give `--port {ports[0]}` if that one alone is used",
        )
    access = (settings.access or UNCHOSEN_ACCESS).complete()
    if not (access.protocol or before or len(ports) > 1):
        access = by_image(draft.model.image(draft.name), ports[0], access)
    if several[1:] and not before:
        access = kept_apart(draft.model.image(draft.name), ports[0], access)
    draft.notices += failover_notices(draft.name, ports[0], several, access, settings.options)
    return Replacement(several, ports, settings, access, before)


def spec_of(draft: Draft, plan: Replacement) -> ProxySpec:
    """Return what the HAProxy is for that replaces the service of *draft* as *plan* says.

    Raises:
        UserError: Its protocol cannot get in that way.
    """
    name, routes = draft.name, far.routes(plan.ports, plan.upstreams)
    config_name = plan.before.config_name if plan.before else ""
    configuration = ambassador(
        name,
        routes,
        access=plan.access,
        options=plan.settings.options.complete(),
        names="dns" if draft.model.networks(name) else "hosts",
    )
    return ProxySpec(
        service=name,
        routes=routes,
        configuration=fitted(draft, configuration, plan.settings, plan.ports),
        identity=Identity(
            role=labels.AMBASSADOR,
            service=name,
            upstream=far.spell(plan.upstreams),
            ports=tuple(plan.ports),
        ),
        v1=draft.document.v1,
        v2=draft.document.is_v2,
        awaited=draft.is_awaited,
        config_name=config_name or draft.free_config_name,
        access=plan.access,
        files=_mounted(plan),
        extra_hosts=_extra_hosts(draft, plan),
    )


def _kept(draft: Draft, settings: Settings, before: Former | None) -> Settings:
    files = tuple((there, draft.model.project.seen(path)) for there, path in settings.files)
    settings = replace(settings, files=files)
    return settings.after(before.settings) if before else settings


def _mounted(plan: Replacement) -> list[tuple[str, str]]:
    # What was mounted before may be a secret now, or of no use without TLS.
    used = (plan.access.ca_file, plan.access.cert)
    return [(there, path) for there, path in plan.settings.files if there in used]


def _ports(draft: Draft, upstream: int, settings: Settings) -> list[int]:
    if settings.ports:
        return list(settings.ports)
    found = found_ports(draft)
    if not found:
        draft.say(
            f"cannot tell the port of {draft.name!r}: the ambassador listens on {upstream}",
            fix="give `--port PORT` if its clients use another one",
        )
    return found or [upstream]


def _extra_hosts(draft: Draft, plan: Replacement) -> list[str]:
    mine = {address.host for address in plan.upstreams} & {far.THIS_HOST}
    present = draft.model.get(draft.name, "extra_hosts") if plan.before else None
    if isinstance(present, dict):
        lines = [f"{name}:{address}" for name, address in present.items()]
    else:
        lines = words(present)
    others = [line for line in lines if not line.startswith(far.THIS_HOST)]
    return others + [f"{name}:{far.HOST_GATEWAY}" for name in mine]
