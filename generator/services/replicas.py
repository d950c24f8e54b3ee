"""The replicas of a service: its own text again, without what only one container can have.

    before:   rng: {build: rng, ports: ["8001:80"]}
    after:    rng1: {build: rng}   rng2: {build: rng}   rng3: {build: rng}

With `image` the first alone has `build`, see `built`.

Sources: Compose Specification, "container_name" (no scaling beyond one), "ports", "hostname",
"mac_address", "networks" (aliases and addresses), "deploy.replicas".
"""

import contextlib
from collections.abc import Sequence as Names
from dataclasses import dataclass

from composefile import labels
from composefile.labels import Identity
from composefile.model import Model
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence
from composefile.values import Value, words
from generator.editing.edits import Edits, Span, append_entry, append_item, service_span
from generator.editing.emit import Emitted, Layout, item
from generator.editing.rewrite import alias_anchors, drop_comments, quoted, strip_anchor
from generator.editing.service import ServiceEdits
from generator.services.built import share_build
from generator.services.replica_count import (
    drop_replicas,
    move_routing_labels,
    set_replicas,
    wait_for,
)
from generator.services.surroundings import dialled, meeting
from generator.services.takeover import SINGULAR_IN_NETWORK

SINGULAR_KEYS = ("ports", "container_name", "hostname", "domainname", "mac_address", "scale")


@dataclass(frozen=True, slots=True)
class Template:
    """The text of a replica around its name: of the first one, and of all that follow it.

    The first one keeps the comments and defines the anchors. *name* is that of the service it was
    made from: it may stand in the text as the end of a name that DNS knows.
    """

    first: tuple[str, str]
    rest: tuple[str, str]
    name: str = ""

    def render(self, names: Names[str], gap: str) -> str:
        """Return the text of the replicas called *names*, with *gap* between each two."""
        texts = [self._text(self.first, names[0])]
        texts += [self._text(self.rest, name) for name in names[1:]]
        return gap.join(texts)

    def _text(self, around: tuple[str, str], name: str) -> str:
        head, tail = around
        return head + name + tail.replace(f'{dialled(self.name)}"', f'{dialled(name)}"')


def template(  # noqa: PLR0913 - independent facts, all but three with a default
    model: Model,
    name: str,
    layout: Layout,
    *,
    count: int | None = None,
    rescued: bool = False,
    again: bool = False,
    leader: str = "",
) -> Template:
    """Return the template of the replicas of service *name*.

    Args:
        model: The services of the file.
        name: The service that is scaled, or with *again* a replica of it.
        layout: Of the file.
        count: How many containers one replica service runs; None is one, without saying so.
        rescued: Whether the body of the service is kept elsewhere, so that the first replica too
            only refers to its anchors, and repeats none of its comments.
        again: Whether *name* is a replica already, with nothing to take away.
        leader: The replica for whose health the others wait if *name* prepares something when it
            starts; empty if none can wait.
    """
    document = model.document
    service = document.service(name)
    span = service_span(document, service)
    if document.services.flow:
        span = Span(service.key.start, service.body.end)
    parts = []
    for first in (True, False):
        edits = Edits(document.text)
        body = ServiceEdits(model, name, layout, edits)
        if not first:
            share_build(body)
        _change_networks(body, meeting(model, name))
        if leader and not first:
            wait_for(body, leader)
        _change(body, count, again=again)
        if rescued or not first:
            _refer_to_anchors(edits, service.body)
            drop_comments(edits, service.body, span.start, span.end)
        parts.append(_around_name(edits, service.key, span, layout, in_flow=document.services.flow))
    return Template(parts[0], parts[1], name)


def _refer_to_anchors(edits: Edits, body: Node) -> None:
    if body.anchor:
        # It names one service only: a copy must not point back to it.
        strip_anchor(edits, body)
    for _, value in body.entries if isinstance(body, Mapping) else ():
        alias_anchors(edits, value)


def _around_name(
    edits: Edits, key: Scalar, span: Span, layout: Layout, *, in_flow: bool
) -> tuple[str, str]:
    start = key.start + (1 if key.style else 0)
    with contextlib.suppress(ValueError):
        if key.anchor:
            strip_anchor(edits, key)
    head = edits.apply(span.start, start)
    tail = edits.apply(start + len(key.value), span.end)
    if not tail.endswith("\n") and not in_flow:
        tail += layout.newline
    return head, tail


def _change(body: ServiceEdits, count: int | None, *, again: bool) -> None:
    if not again:
        for key in SINGULAR_KEYS:
            if body.model.get(body.name, key) is not None:
                body.drop(key)
        body.filter("environment", labels.is_routing_variable)
        _change_labels(body)
    if not again and move_routing_labels(body, count):
        body.finish()
        return
    if count is None:
        drop_replicas(body)
    else:
        set_replicas(body, count)
    body.finish()


def _change_networks(body: ServiceEdits, meeting: Names[str]) -> None:
    """Take away what only one container can have; on *meeting* the replicas get a name instead."""
    networks = body.model.networks(body.name) or {}
    left: dict[str, Emitted] = {}
    changed = False
    for name, settings in networks.items():
        kept: dict[str, Value] = {
            key: part for key, part in settings.items() if key not in SINGULAR_IN_NETWORK
        }
        if name in meeting:
            kept["aliases"] = [dialled(body.name)]
        changed = changed or kept != settings
        left[name] = {key: quoted(part) for key, part in kept.items()} or None
    if changed:
        # The balancer takes the whole of it over, comments above and below included.
        body.put("networks", left if any(left.values()) else list(left), comments=False)


def _change_labels(body: ServiceEdits) -> None:
    ours: dict[str, Emitted] = {**Identity(role=labels.REPLICA, service=body.name).entries()}
    present = body.model.get(body.name, "labels")
    routing = [name for name in _names(present) if labels.is_routing_label(name)]
    field = body.model.fields(body.name).get("labels")
    node = field.node if field and field.own else None
    direct = isinstance(node, Mapping | Sequence) and not node.anchor and len(_names(present)) > 0
    if (
        not direct
        or len(routing) == len(_names(present))
        or body.model.inherits(body.name, "labels")
    ):
        body.put("labels", _joined(body.value("labels"), set(routing), ours))
        return
    body.filter("labels", labels.is_routing_label)
    if isinstance(node, Mapping):
        for key, value in ours.items():
            column = node.entries[0][0].column
            block = item({key: value}, body.layout, 0)[2:]
            append_entry(body.edits, node, " " * column + block, f"{key}: {value}")
    elif isinstance(node, Sequence):
        for key, value in ours.items():
            block = item(f"{key}={value}", body.layout, node.column)
            append_item(body.edits, node, block, f"{key}={value}")


def _names(value: Value) -> list[str]:
    return [name.partition("=")[0] for name in words(value)]


def _joined(value: Emitted, gone: set[str], ours: dict[str, Emitted]) -> Emitted:
    if isinstance(value, list):
        kept = [part for part in value if str(part).partition("=")[0] not in gone]
        return [*kept, *(f"{key}={part}" for key, part in ours.items())]
    old = value if isinstance(value, dict) else {}
    return {**{key: part for key, part in old.items() if key not in gone}, **ours}
