"""What a balancer costs a service: whom it sees, who must find it, and who balances already."""

from collections.abc import Collection, Iterator

from composefile import labels
from composefile.model import Model
from composefile.references import dials, references
from composefile.values import Value, pairs
from generator.checks.http_ports import is_routed, speaks_http
from generator.checks.resolved_once import resolving_notices
from generator.checks.serial import serial_notices
from generator.result import Notice
from lb.option_text import spelled
from lb.options import ChosenOptions

_HTTP_ALONE = ("timeout_http_request", "timeout_http_keep_alive", "maxhdr")


def price_notices(
    model: Model, name: str, holder: str, ports: Collection[int], options: ChosenOptions
) -> Iterator[Notice]:
    """Yield what service *name* should know of its balancer.

    Args:
        model: The services of the file.
        name: The service.
        holder: The service with its settings: itself, or one of its replicas.
        ports: The container ports that are balanced.
        options: What was chosen about the balancer.
    """
    if holder == name:
        yield from _of_routing(model, name)
        yield from resolving_notices(model, name)
    yield from _of_mode(model, name, holder, ports, options)
    yield from _of_http_alone(model, name, ports, options)
    if options.server_maxconn is None:
        yield from serial_notices(model, name, holder)


def _of_routing(model: Model, name: str) -> Iterator[Notice]:
    deploy = model.get(name, "deploy")
    inner = deploy.get("labels") if isinstance(deploy, dict) else None
    found: list[tuple[str, str, Value]] = [
        ("labels", "labels", model.get(name, "labels")),
        ("labels", "deploy", inner),
        ("variables", "environment", model.get(name, "environment")),
    ]
    for kind, key, value in found:
        leads = labels.is_routing_variable if kind == "variables" else labels.is_routing_label
        if any(map(leads, pairs(value))):
            alone = not (model.get(name, "ports") or _dialled(model, name))
            yield Notice(
                f"the {kind} of {name!r} for another proxy move to the balancer"
                + (", though that proxy balances the replicas by itself" if alone else ""),
                model.where(name, key),
                fix="give `--no-balancer`: nothing else connects to it"
                if alone
                else "give `--no-balancer` if that proxy is to balance the replicas itself",
            )


def _of_mode(
    model: Model, name: str, holder: str, ports: Collection[int], options: ChosenOptions
) -> Iterator[Notice]:
    complete = options.complete()
    modes = {port: complete.of(port).mode for port in ports}
    http = {port for port in ports if speaks_http(model, holder, port)}
    if options.sticky and complete.mode == "tcp":
        yield Notice(
            f"clients of {name!r} stay with a replica by their address: those behind one proxy"
            " are all sent to one replica",
            model.where(name),
            fix="leave out `--mode tcp`: a cookie then tells clients apart",
        )
    elif options.sticky and not options.mode and {p for p in ports if modes[p] == "http"} - http:
        yield Notice(
            f"`--sticky` balances {name!r} as HTTP, with a cookie",
            model.where(name),
            fix="give `--mode tcp` if it speaks another protocol",
        )
    paid = [port for port in http if modes[port] == "tcp" and not options.of_port(port).mode]
    told = options.mode or options.proxy_protocol
    if paid and not told and _has_clients_outside(model, name):
        yield Notice(
            f"{name!r} sees the balancer's address in place of its clients', for it is balanced"
            " in TCP mode",
            model.where(name, "ports"),
            fix="give `--mode http`, which keeps it in X-Forwarded-For, or `--proxy-protocol`",
        )


def _of_http_alone(
    model: Model, name: str, ports: Collection[int], options: ChosenOptions
) -> Iterator[Notice]:
    complete = options.complete()
    if any(complete.of(port).mode != "tcp" for port in ports):
        return
    without = [f"--{spelled(field)}" for field in _HTTP_ALONE if getattr(options, field)]
    idle = [f"`{word}`" for word in (*(["--no-retry"] if not complete.retry else []), *without)]
    if idle:
        yield Notice(
            f"{', '.join(idle)} changes nothing of {name!r}, which is balanced in TCP mode",
            model.where(name),
            fix="give `--mode http` as well, or leave it out",
        )


def _has_clients_outside(model: Model, name: str) -> bool:
    """Tell whether service *name* has clients of its own outside, and none in the file.

    One that another proxy leads to does not: it finds their addresses in X-Forwarded-For as before.
    """
    inside = references(model, name) or _dialled(model, name) or is_routed(model, name)
    return bool(model.get(name, "ports")) and not inside


def _dialled(model: Model, name: str) -> bool:
    return any(dials(model, other, name) for other in model.names if other != name)
