"""Write a variant as one Compose file; in another folder its relative paths are re-pointed.

Source: Compose Specification: "build", "volumes" (short and long syntax), "env_file", "label_file",
"extends", "configs" and "secrets" (`file`), "include", "develop.watch".
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from composefile import labels
from composefile.document import Document, deref, load, own
from composefile.paths import Kind, moved
from composefile.syntax.parser import Mapping, Node, Scalar, Sequence, walk
from composefile.values import is_ignored
from generator.editing.edits import Edits
from generator.editing.emit import Quoted, scalar
from generator.result import Made


def write(made: Made) -> dict[str, str]:
    """Return the variant as a Compose file, and the files beside it."""
    text, there = made.variant.text, os.path.realpath(made.source.project.folder or ".")
    here = os.path.realpath(made.folder) if made.folder else there
    if here != there:
        prefix = Path(os.path.relpath(there, here)).as_posix()
        text = rebase(load(text, made.source.document.file), prefix, tuple(made.variant.files))
    return {made.name: text, **made.variant.files}


def rebase(document: Document, prefix: str, beside: Collection[str] = ()) -> str:
    """Return the text of *document* with *prefix* in front of every relative path.

    Args:
        document: The document, in which paths are relative to its own folder.
        prefix: The way from the new folder to the old one, such as ``../app``.
        beside: Names of files that are written into the new folder too: their paths stay.

    Paths that begin with a variable stay as they are: only the environment knows them.
    """
    edits = Edits(document.text)
    for node, kind in paths(document):
        if any(node.value.startswith(f"./{name}:") for name in beside):
            continue
        new = moved(node.value, prefix, kind)
        if new != node.value and not (node.style in ("|", ">") or "\n" in node.value):
            rewrite(edits, node, new)
    return edits.apply()


def has_relative_paths(document: Document) -> bool:
    """Tell whether *document* means something else in another folder."""
    return any(moved(node.value, "..", kind) != node.value for node, kind in paths(document))


def rewrite(edits: Edits, node: Scalar, new: str) -> None:
    """Put the path *new* in the place of *node*, with its quotes, anchor and tag."""
    start = node.start
    if node.anchor or node.tag:
        start = node.end - len(edits.text[node.start : node.end].split()[-1])
    if node.style == "'":
        text = "'" + new.replace("'", "''") + "'"
    elif node.style == '"':
        text = scalar(Quoted(new))
    else:
        text = new if scalar(new) == new or new.startswith(("./", "../")) else scalar(new)
    edits.replace(start, node.end, text)


def paths(document: Document) -> Iterator[tuple[Scalar, Kind]]:
    """Yield the nodes of *document* that are paths, each once, and the kind of each."""
    seen: set[int] = set()
    for node, kind in _candidates(document):
        target = deref(node)
        if isinstance(target, Scalar) and id(target) not in seen and not target.is_null:
            seen.add(id(target))
            yield target, kind


def _candidates(document: Document) -> Iterator[tuple[Node | None, Kind]]:
    bodies: list[Node | None] = [service.body for service in document]
    if not document.v1:
        for key, value in document.root.entries:
            if isinstance(key, Scalar) and is_ignored(key.value):
                bodies += [node for node in walk(value) if isinstance(node, Mapping)]
    for body in bodies:
        yield from _of_service(deref(body))
    if document.v1:
        return
    for section in ("configs", "secrets"):
        entries = document.section(section)
        for _, value in entries.entries if entries else ():
            yield own(deref(value), "file"), "path"
    yield from _of_include(deref(own(document.root, "include")))


def _of_service(body: Node | None) -> Iterator[tuple[Node | None, Kind]]:
    yield from _of_build(deref(own(body, "build")))
    for item in _items(own(body, "volumes")):
        if isinstance(item, Mapping):
            yield own(item, "source"), "volume"
        else:
            yield item, "volume"
    for key in ("env_file", "label_file"):
        for item in _items(own(body, key)):
            yield (own(item, "path") if isinstance(item, Mapping) else item), "path"
    yield own(deref(own(body, "extends")), "file"), "path"
    yield from _of_labels(deref(own(body, "labels")))
    watch = own(deref(own(body, "develop")), "watch")
    for item in _items(watch):
        yield own(item, "path"), "path"


def _of_labels(node: Node | None) -> Iterator[tuple[Node | None, Kind]]:
    yield own(node, labels.TEMPLATE), "path"
    for item in _items(node) if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar) and item.value.startswith(f"{labels.TEMPLATE}="):
            yield item, "named"


def _of_build(build: Node | None) -> Iterator[tuple[Node | None, Kind]]:
    if isinstance(build, Scalar):
        yield build, "context"
    yield own(build, "context"), "context"
    contexts = deref(own(build, "additional_contexts"))
    if isinstance(contexts, Mapping):
        yield from ((value, "context") for _, value in contexts.entries)
    elif isinstance(contexts, Sequence):
        yield from ((item, "named") for item in contexts.items)


def _of_include(node: Node | None) -> Iterator[tuple[Node | None, Kind]]:
    for item in _items(node):
        if isinstance(item, Mapping):
            for key in ("path", "env_file"):
                for part in _items(own(item, key)):
                    yield part, "path"
            yield own(item, "project_directory"), "path"
        else:
            yield item, "path"


def _items(node: Node | None) -> Iterator[Node | None]:
    node = deref(node)
    if isinstance(node, Sequence):
        yield from (deref(item) for item in node.items)
    elif node is not None:
        yield node
