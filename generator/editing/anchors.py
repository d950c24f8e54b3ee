"""Anchors inside a service that changes, named by an alias elsewhere: they must survive.

    before:   rng: &rng {build: rng}            after:   x-rng: &rng {build: rng}
              other: {<<: *rng}                          rng: {image: haproxy…}
                                                         other: {<<: *rng}

Source: YAML 1.2, 7.1 "Alias Nodes"; Compose Specification, "Fragments" and "Extensions".
"""

from composefile.document import Document, Service
from composefile.syntax.parser import Alias, Mapping, Node, walk
from faults import UserError
from generator.editing.edits import Edits, entry_span, line_start, service_span, shift
from generator.editing.emit import Layout


def used_outside(document: Document, service: Service) -> list[Node]:
    """Return the nodes inside *service* whose anchor is named outside of it.

    Raises:
        UserError: The name of *service* itself has an anchor that is named somewhere.
    """
    _refuse_anchor_of_name(document, service)
    mine = {id(node): node for node in walk(service.body) if node.anchor}
    if not mine:
        return []
    inside = {id(node) for node in walk(service.body)}
    targets = {
        id(node.target)
        for node in walk(document.root)
        if isinstance(node, Alias) and id(node) not in inside
    }
    return [node for identity, node in mine.items() if identity in targets]


def _refuse_anchor_of_name(document: Document, service: Service) -> None:
    key = service.key
    if key.anchor and any(
        isinstance(node, Alias) and node.target is key for node in walk(document.root)
    ):
        raise UserError(
            f"the name of service {service.name!r} has the anchor {key.anchor!r}, which is used",
            fix=f"write {service.name!r} instead of *{key.anchor}",
            where=document.where(key),
        )


def rescue(edits: Edits, document: Document, service: Service, layout: Layout) -> None:
    """Keep the body of *service*, as it was, in an ``x-`` fragment in front of `services`.

    Raises:
        UserError: The format has no fragments, the anchor is defined twice, or the body names one
            that stands between the fragment and the service.
    """
    nodes = used_outside(document, service)
    refusal = UserError(
        f"service {service.name!r} defines the anchor {nodes[0].anchor!r}, which others use",
        fix=f"move what &{nodes[0].anchor} marks to a top-level `x-` entry, and refer to it there",
        where=document.where(nodes[0]),
    )
    start = _services_start(document)
    earlier = [node.target for node in walk(service.body) if isinstance(node, Alias)]
    inside = {id(node) for node in walk(service.body)}
    outside = [target for target in earlier if target and id(target) not in inside]
    twice = [
        node
        for node in walk(document.root)
        if any(node.anchor == mine.anchor and node is not mine for mine in nodes)
    ]
    is_block = isinstance(service.body, Mapping) and not service.body.flow
    late = any(node.start > start for node in outside)
    if document.v1 or start < 0 or not is_block or twice or late:
        raise refusal
    taken = {getattr(key, "value", "") for key, _ in document.root.entries}
    name = f"x-{service.name}"
    while name in taken:
        name += "-original"
    edits.insert(start, _fragment(document, service, name, layout))


def _services_start(document: Document) -> int:
    for key, value in document.root.entries:
        if value is document.services:
            span = entry_span(document.text, key, value)
            return span.start if not document.root.flow else -1
    return -1


def _fragment(document: Document, service: Service, name: str, layout: Layout) -> str:
    text, key = document.text, service.key
    span = service_span(document, service)
    lines = text[span.start : span.end]
    offset = key.start - line_start(text, key.start)
    column = document.root.column
    renamed = lines[:offset] + name + lines[key.end - span.start :]
    moved = shift(renamed, column - key.column)
    return (moved if moved.endswith("\n") else moved + layout.newline) + layout.newline
