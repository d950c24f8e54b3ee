"""What the generated service takes over from the one whose name it takes: how it is reached.

Its published and exposed ports, names, networks, addresses, profiles, how it comes back, is shown
and logs, where its image comes from, and what tells other proxies where to lead. Nothing else: a
variable may be a password, a volume may be a database.
"""

from collections.abc import Collection

from composefile.document import Service, deref
from composefile.model import Model
from composefile.syntax.parser import Mapping
from composefile.values import Field
from generator.editing.anchors import used_outside
from generator.editing.edits import Edits, entry_span, shift
from generator.editing.emit import Emitted, Layout, entry
from generator.editing.rewrite import copy_entry, quoted, written
from generator.services.exposed import exposed, published_by_tcp
from generator.services.parts import carried_parts
from generator.services.proxy import GENERATED_KEYS
from generator.services.routing import is_led, routing_deploy_labels

# In this order where they do not stand in the text of the service itself.
MOVED = ("ports", "container_name", "hostname", "domainname", "mac_address", "networks")
SHARED = (
    "expose",
    "network_mode",
    "net",
    "profiles",
    "restart",
    "logging",
    "log_driver",
    "log_opt",
    "attach",
    "oom_score_adj",
)
# Where an image comes from: not of one that is built, for HAProxy's is not.
PULLED = ("pull_policy", "pull_refresh_after")
# What only one container can have in a network: the replicas go without.
SINGULAR_IN_NETWORK = (
    "aliases",
    "ipv4_address",
    "ipv6_address",
    "link_local_ips",
    "mac_address",
)


def carried(
    model: Model,
    service: Service,
    layout: Layout,
    column: int,
    *,
    alone: bool,
    without: Collection[str] = (),
) -> str:
    """Return the lines that a balancer or ambassador of *service* takes over from it.

    Args:
        model: The services of the file.
        service: The one that is scaled or replaced.
        layout: Of the file.
        column: Where the keys of the generated service stand.
        alone: Whether nothing of *service* stays in the file, so that its comments and anchors
            move with its entries; else those of entries that its replicas keep are theirs, and
            all are the fragment's if `rescue` keeps the body as one.
        without: Keys that are written anew.
    """
    whole = not used_outside(model.document, service)
    found: list[tuple[int, str]] = []
    for rank, key in enumerate(taken_over(model, service.name)):
        origin = model.origin(service.name, key)
        if not origin or key in without or _is_default_network(model, service.name, key):
            continue
        field = model.fields(service.name).get(key)
        if field is None or model.inherits(service.name, key):
            value = quoted(model.get(service.name, key))
            found.append((rank, entry(key, value, layout, column)))
        elif whole and _is_own_block(field) and (alone or _moves(model, service.name, key)):
            found.append((field.key.start, _verbatim(model, field, layout, column)))
        else:
            place = field.key.start if field.own else rank
            found.append((place, copy_entry(model.document, field, layout, column)))
    lines = "".join(text for _, text in sorted(found, key=lambda pair: pair[0]))
    routing = routing_deploy_labels(model, service.name, remarks=True)
    parts = carried_parts(model, service.name, routing)
    return lines + "".join(entry(key, value, layout, column) for key, value in parts.items())


def taken_over(model: Model, name: str) -> tuple[str, ...]:
    """Return the keys that a generated service takes over from service *name*, if it has them."""
    built = model.get(name, "build") is not None or model.get(name, "pull_policy") == "build"
    return (*MOVED, *SHARED, *(() if built else PULLED))


def _is_own_block(field: Field) -> bool:
    return field.own and not field.owner.flow


def _moves(model: Model, name: str, key: str) -> bool:
    if key != "networks":
        return key in MOVED
    networks = model.get(name, "networks")
    settings = networks.values() if isinstance(networks, dict) else ()
    return any(isinstance(part, dict) and set(part) & set(SINGULAR_IN_NETWORK) for part in settings)


def _is_default_network(model: Model, name: str, key: str) -> bool:
    return model.document.v1 and key == "networks" and not model.get(name, key)


def _verbatim(model: Model, field: Field, layout: Layout, column: int) -> str:
    text = model.document.text
    span = entry_span(text, field.key, field.node)
    lines = text[span.start : span.end]
    if not lines.endswith("\n"):
        lines += layout.newline
    return shift(lines, column - field.key.column)


def kept_lines(
    model: Model, service: Service, layout: Layout, without: Collection[str] = ()
) -> str:
    """Return what a generated *service* carries beside what dcgen wrote: for writing it again.

    *without* are keys that are written anew.
    """
    gone = {*GENERATED_KEYS, *without}
    body = deref(service.body)
    text = model.document.text
    if not isinstance(body, Mapping):
        return ""
    if body.flow:
        fields = model.fields(service.name)
        kept = {key: written(field.node) for key, field in fields.items() if key not in gone}
        return "".join(entry(key, value, layout, layout.step) for key, value in kept.items())
    lines = []
    for key, value in body.entries:
        if getattr(key, "value", "") not in gone:
            span = entry_span(text, key, value)
            chunk = Edits(text).apply(span.start, span.end)
            lines.append(chunk if chunk.endswith("\n") else chunk + layout.newline)
    return "".join(lines)


def written_anew(
    model: Model, name: str, listens: Collection[int], former: Collection[int], *, alone: bool
) -> dict[str, Emitted]:
    """Return what would be carried over from service *name*, and is to be another value, or none.

    *listens* are the ports of the new HAProxy, *former* those of the one before it. *alone* tells
    that it has no replicas: then only another proxy would look at its ports.
    """
    anew: dict[str, Emitted] = {}
    if (published := published_by_tcp(model, name)) is not None:
        anew["ports"] = published
    if alone and not is_led(model, name):
        return anew
    value = exposed(model, name, listens, former)
    return anew if value is None else {**anew, "expose": value}


def carried_flow(model: Model, name: str) -> dict[str, Emitted]:
    """Return the same of service *name* in a file whose services are in flow style, as entries."""
    fields = model.fields(name)
    found: dict[str, Emitted] = {
        key: written(fields[key].node) for key in taken_over(model, name) if key in fields
    }
    return {**found, **carried_parts(model, name, routing_deploy_labels(model, name))}
