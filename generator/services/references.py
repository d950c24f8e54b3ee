"""Point references to a service somewhere else: to its first replica, or to nowhere.

An entry may stand in the consumer itself or in a fragment that it merges; it is changed where it
stands. Sources: Compose Specification, "volumes_from", "build.additional_contexts", "depends_on",
"links".
"""

from collections.abc import Iterator

from composefile.document import deref
from composefile.interpolation import split
from composefile.model import Model
from composefile.references import Reference, targets, volumes_source
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence
from composefile.values import fields, words
from generator.editing.edits import Edits, lines_of, remove_items
from generator.editing.emit import Quoted, scalar
from generator.editing.rewrite import quoted
from generator.editing.service import ServiceEdits
from generator.result import Notice


def point_volumes(
    model: Model, edits: Edits, name: str, first: str, others: list[Reference]
) -> list[Notice]:
    """Point `volumes_from` and build contexts of *name* to *first*: a balancer has neither.

    Returns:
        A notice for each service whose volumes now come from the first replica alone.
    """
    notices = []
    container = model.shown(name, "container_name")
    for reference in others:
        if reference.key == "volumes_from":
            for item in _items(model, reference.service, "volumes_from"):
                _point_item(edits, item, model.known(item.value), (name, container), first)
            notices.append(
                Notice(
                    f"{reference.service!r} takes its volumes from {first!r} now,"
                    " one replica of several",
                    model.where(reference.service, "volumes_from"),
                    fix=f"mount a named volume into both instead of `volumes_from: [{name}]`",
                )
            )
        elif reference.key == "additional_contexts":
            for item in _contexts(model, reference.service):
                if item.value.endswith(f"service:{name}"):
                    _rename(edits, item, name, first)
    return notices


def _point_item(
    edits: Edits, item: Scalar, known: str, names: tuple[str, str | None], first: str
) -> None:
    name, container = names
    words = known.split(":")
    if volumes_source(known) == name and "$" in item.value:
        edits.replace(item.start, item.end, scalar(Quoted(known.replace(name, first, 1))))
    elif volumes_source(known) == name:
        _rename(edits, item, name, first)
    elif words[:2] == ["container", container]:  # a name that is the balancer's now
        edits.replace(item.start, item.end, scalar(":".join([first, *words[2:]])))


def _items(model: Model, service: str, key: str) -> Iterator[Scalar]:
    field = model.fields(service).get(key)
    node = deref(field.node) if field else None
    if isinstance(node, Sequence):
        for item in node.items:
            target = deref(item)
            if isinstance(target, Scalar):
                yield target


def _contexts(model: Model, service: str) -> Iterator[Scalar]:
    build = model.fields(service).get("build")
    contexts = fields(build.node).get("additional_contexts") if build else None
    node = deref(contexts.node) if contexts else None
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Scalar))
    elif isinstance(node, Mapping):
        yield from (value for _, value in node.entries if isinstance(value, Scalar))


def _rename(edits: Edits, item: Scalar, name: str, new: str) -> None:
    text = edits.text[item.start : item.end]
    before, _, after = (
        text.rpartition(name)
        if text.startswith(("service:", '"service:'))
        else (text.partition(name))
    )
    edits.replace(item.start, item.end, f"{before}{new}{after}")


def drop_reference(body: ServiceEdits, key: str, name: str) -> None:
    """Take *name* out of `depends_on` or `links` of the service of *body*, wherever it stands.

    What it gets from another file by `extends` is written anew. A list that would be empty goes
    with its key, unless a merge key would bring one back.
    """
    model = body.model
    base = model.base(body.name)
    if base is None or base[0] is model or name not in targets(base[0].get(base[1], key)):
        _drop_here(model, body.edits, body.name, key, name)
        return
    value = model.get(body.name, key)
    if isinstance(value, dict):
        body.put(key, quoted({other: part for other, part in value.items() if other != name}))
    else:
        kept = [word for word in words(value) if model.known(split(word)[0]) != name]
        body.put(key, [Quoted(word) for word in kept])


def _drop_here(model: Model, edits: Edits, consumer: str, key: str, name: str) -> None:
    field = model.fields(consumer).get(key)
    node = deref(field.node) if field else None
    if field is None or not isinstance(node, Mapping | Sequence):
        return
    found = [model.known(split(word)[0]) for word in _words(node)]
    gone = [index for index, word in enumerate(found) if word == name]
    if not gone:
        return
    if len(gone) < len(found):
        _drop_some(edits, node, gone)
        return
    is_alias = node is not field.node
    inherited = field.own and any(
        key in fields(value)
        for merge, value in field.owner.entries
        if isinstance(merge, Scalar) and merge.value == "<<"
    )
    if inherited or is_alias or len(field.owner.entries) == 1 or node.anchor:
        empty = "{}" if isinstance(node, Mapping) else "[]"
        anchor = f"&{node.anchor} " if node.anchor else ""
        _replace_value(edits, field.key, node if node.anchor else field.node, anchor + empty)
        return
    _drop_entry(edits, field.owner, field.key, field.node)


def _words(node: Mapping | Sequence) -> list[str]:
    if isinstance(node, Mapping):
        return [key.value if isinstance(key, Scalar) else "" for key, _ in node.entries]
    targets = [deref(item) for item in node.items]
    return [item.value if isinstance(item, Scalar) else "" for item in targets]


def _drop_some(edits: Edits, node: Mapping | Sequence, gone: list[int]) -> None:
    if isinstance(node, Sequence):
        remove_items(edits, node, set(gone))
        return
    for index in gone:
        key, value = node.entries[index]
        _drop_entry(edits, node, key, value)


def _drop_entry(edits: Edits, owner: Mapping, key: Node, value: Node) -> None:
    if not owner.flow:
        span = lines_of(edits.text, key.start, max(key.end, value.end))
        edits.delete(span.start, span.end)
        return
    position = [entry[0] for entry in owner.entries].index(key)
    if position + 1 < len(owner.entries):
        start, end = key.start, owner.entries[position + 1][0].start
    else:
        start, end = owner.entries[position - 1][1].end if position else key.start, value.end
    if edits.is_free(start, end):
        edits.delete(start, end)
    else:  # its neighbour goes too, and took the comma
        edits.replace(value.start, value.end, "{}" if isinstance(value, Mapping) else "[]")


def _replace_value(edits: Edits, key: Node, node: Node, new: str) -> None:
    text = edits.text
    start = node.start
    if node.line != key.line:
        start = text.index(":", key.end) + 1
        new = " " + new
    edits.replace(start, node.end, new)
