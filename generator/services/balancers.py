"""The balancer that a service is to have: its replicas by name, and what its HAProxy is for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from composefile import labels
from composefile.labels import Identity
from faults import UsageError
from generator.editing.draft import Draft
from generator.result import Settings
from generator.services.former import Former, former
from generator.services.found_ports import found_ports
from generator.services.healthcheck import health_options, patience_s
from generator.services.port_options import port_options, require_ports
from generator.services.proxy import ProxySpec
from generator.services.surroundings import fitted
from lb.balancer import balancer
from lb.model import Address

LEAST_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Balancing:
    """How a service is to be run several times.

    Attributes:
        names: The services that run its replicas: one for each, or one for all.
        ports: The container ports that are balanced.
        settings: How its balancer is made.
        slots: How many servers a dynamic balancer has room for; 0 is static.
        before: The balancer that stands there already.
    """

    names: Sequence[str]
    ports: Sequence[int]
    settings: Settings
    slots: int
    before: Former | None = None


def balancing(draft: Draft, replicas: int, settings: Settings) -> Balancing | None:
    """Return how the service of *draft* is to be run *replicas* times; None without a balancer.

    What *settings* leave open is as it was before, or found in the file.

    Raises:
        UsageError: It has a balancer, and *settings* want none; or one of them has no effect.
        UserError: Its port cannot be known, or its health check cannot be asked by HAProxy.
    """
    before = former(draft.model, draft.name)
    if before and not settings.balancer:
        raise UsageError(
            f"{draft.name!r} has a balancer already",
            fix="give the file that it was generated from: -f FILE",
        )
    ports: Sequence[int] = settings.ports
    chosen = settings.options
    if not before:
        if settings.balancer:
            ports = ports or found_ports(draft, serving=True)
        if not (ports and settings.balancer):
            return None
    if before:
        ports = ports or before.settings.ports
    settings = _with_health(draft, ports, settings, before)
    if before:
        settings = settings.after(before.settings)
    options = port_options(draft, ports, settings.options)
    if not settings.for_others:
        require_ports(chosen, ports, draft.name)
        chosen.require_question(settings.options, options)
    settings = replace(settings, options=options)
    slots = slots_for(replicas) if settings.dynamic else 0
    names = replica_names(draft.name, replicas, dynamic=bool(slots))
    return Balancing(names, ports, settings, slots, before)


def _with_health(
    draft: Draft, ports: Sequence[int], settings: Settings, before: Former | None
) -> Settings:
    if settings.derive_health:
        holder = before.replicas[0] if before else draft.name
        derived = health_options(draft.model, holder, ports)
        settings = replace(settings, options=settings.options.over(derived))
        _say_frozen_times(draft, holder)
    asked = settings.options.health_port
    if asked and asked not in ports:
        draft.say(
            f"HAProxy asks port {asked} of each replica of {draft.name!r}, which is not balanced:"
            " it must not listen on 127.0.0.1 alone there",
            "healthcheck",
            fix="let it listen on 0.0.0.0, or give `--health-path` for a port that is balanced",
        )
    return settings


def _say_frozen_times(draft: Draft, holder: str) -> None:
    check = draft.model.get(holder, "healthcheck")
    for key in ("interval", "timeout"):
        text = check.get(key) if isinstance(check, dict) else None
        if isinstance(text, str) and "$" in text:
            draft.say(
                f"{text} is {draft.model.known(text)} in HAProxy, whatever it is later",
                "healthcheck",
                fix=f"give `--health-{key} SECONDS`, or write the time into the file",
            )


def spec_of(draft: Draft, plan: Balancing) -> ProxySpec:
    """Return what the HAProxy is for that balances the service of *draft* as *plan* says."""
    name = draft.name
    servers = {port: [Address(host, port) for host in plan.names] for port in plan.ports}
    linked = draft.model.networks(name) is None
    configuration = balancer(
        name,
        servers,
        options=plan.settings.options.complete(),
        names="hosts" if linked else "dns",
        slots=plan.slots,
    )
    holder = plan.before.replicas[0] if plan.before else name
    every = [(host, port) for port in servers for host in plan.names]
    config_name = plan.before.config_name if plan.before else ""
    return ProxySpec(
        service=name,
        routes=servers,
        configuration=fitted(draft, configuration, plan.settings, plan.ports, plan.names),
        identity=Identity(
            role=labels.BALANCER, service=name, balances=tuple(every), slots=plan.slots
        ),
        companions=plan.names,
        v1=draft.document.v1,
        v2=draft.document.is_v2,
        linked=linked,
        awaited=draft.is_awaited,
        patience_s=patience_s(draft.model, holder),
        config_name=config_name or draft.free_config_name,
    )


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
