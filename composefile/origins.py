"""Where the parts of a document stand that was made of others: messages name those files.

A part is looked up by its keys, and an item of a list by what it says, so it does not matter how
the text was put together. What no source has (the replicas of a service) is where the part around
it stands.
"""

from collections.abc import Iterable

from composefile.document import Document, deref, load
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence
from composefile.values import fields, is_ignored, plain
from faults import Place

_There = list[tuple[Document, Node]]  # what each source that has a part says there


def traced(made: Document, *sources: Document) -> Document:
    """Return *made*, whose places are from now on those of *sources*.

    A mapping that several have is where the first one begins it; all else where the last one has
    the say.

    Args:
        made: The document that was made of them.
        sources: In the order in which they were merged.
    """
    tracer = _Tracer()
    roots: _There = [(source, source.root) for source in sources]
    tracer.visit(made, made.root, roots, Place(made.file))
    made.origins = tracer.places
    return made


def remade(text: str, source: Document) -> Document:
    """Return the document that *text* is, which was made of *source* and has its places."""
    return traced(load(text, source.file), source)


class _Tracer:
    def __init__(self) -> None:
        self.places: dict[int, Place] = {}

    def visit(self, made: Document, node: Node, there: _There, place: Place) -> None:
        self.places[node.start] = place
        if isinstance(node, Mapping):
            known = [(source, _named(one)) for source, one in there]
            for key, value in node.entries:
                name = key.value if isinstance(key, Scalar) else ""
                if is_ignored(name):  # nobody is told of it
                    continue
                below = [(source, *found[name]) for source, found in known if name in found]
                own = _place(value, below) or place
                self.visit(made, value, [(source, said) for source, _, said in below], own)
                self.places[key.start] = own
        elif isinstance(node, Sequence):
            items = dict(_items(there))
            for item in node.items:
                origin = items.get(repr(plain(made, item))) or items.get(_name(item))
                one = origin[0].where(origin[1]) if origin else place
                self.visit(made, item, [origin] if origin else [], one)


def _name(item: Node | None) -> str:
    # Of `A=b` in a list, which is `A: b` in a mapping.
    scalar = deref(item)
    return scalar.value.partition("=")[0] if isinstance(scalar, Scalar) else ""


def _named(node: Node) -> dict[str, tuple[Node, Node]]:
    found = deref(node)
    if isinstance(found, Sequence):
        return {_name(item): (item, item) for item in found.items}
    return {name: (field.key, field.node) for name, field in fields(node).items()}


def _place(value: Node, below: list[tuple[Document, Node, Node]]) -> Place | None:
    if not below:
        return None
    source, key, _ = below[0 if isinstance(deref(value), Mapping) else -1]
    return source.where(key)


def _items(there: _There) -> Iterable[tuple[str, tuple[Document, Node]]]:
    for source, node in there:
        found = deref(node)
        for name, field in (fields(found) if isinstance(found, Mapping) else {}).items():
            yield name, (source, field.key)
        for item in found.items if isinstance(found, Sequence) else ():
            yield _name(item), (source, item)
            yield repr(plain(source, item)), (source, item)
