"""Change a service of an included file: that file gets a variant, and `include` leads to it.

    before:   compose.yml ──include──► db/compose.yml (db)
    after:    generated.yml ──include──► db/compose.generated.yml (db, scaled)

The included file stays as it is. Its variant stands beside it, since its relative paths start from
its folder. Source: Compose Specification, "Include".
"""

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from composefile.document import Document, deref, load, own
from composefile.includes import Include, includes
from composefile.model import Model
from composefile.origins import remade
from composefile.references import references
from composefile.syntax.parser import Mapping as MappingNode
from composefile.syntax.parser import Node
from faults import UserError
from generator.checks.other_files import MAX_INCLUDED, top_key
from generator.editing.edits import Edits
from generator.editing.emit import scalar
from generator.merge import merge
from generator.result import Notice, Variant, with_header


@dataclass(frozen=True, slots=True)
class Change:
    """A *transform* of one file.

    *output* is the name of the file that the variant of the first file goes to. *stays* tells
    whether something answers to the name of the service afterwards. *learn* makes the variant of
    the first file, given that and the one that has the service, in which the service is found
    where it is then; None if there is no such way.
    """

    transform: Callable[[Model], Variant]
    output: str
    stays: bool = True
    learn: Callable[[Model, Model], Variant] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of `include`: the node that names its *files*, and the *model* of them merged.

    *files* are paths from the folder of the file that the command was given, as is *folder*, where
    their own paths start from.
    """

    node: Node
    files: list[str]
    folder: str
    model: Model


def holds(model: Model, name: str, texts: Mapping[str, str]) -> bool:
    """Tell whether service *name* stands in a file that *model* includes, or that those include.

    *texts* are files that are not written yet, by path from the folder of *model*.
    """
    return any(name in entry.model.document for entry in _all(model, texts))


def names(model: Model) -> list[str]:
    """Return the services of the files that *model* includes, and that those include."""
    return [name for entry in _all(model, {}) for name in entry.model.names]


def files(model: Model) -> list[str]:
    """Return the files that *model* includes, and that those include, by path from its folder."""
    return [path for entry in _all(model, {}) for path in entry.files]


def change_included(model: Model, name: str, change: Change, texts: Mapping[str, str]) -> Variant:
    """Return the file of *model*, and variants of the files on the way to service *name*.

    Args:
        model: The file that the command was given; it does not have the service itself.
        name: A service for which `holds` is true.
        change: What is done to the file that has it.
        texts: Variants of included files that are not written yet, by path.

    Raises:
        UserError: The change is refused, or another file needs what it takes away.
    """
    learned: tuple[Notice, ...] = ()
    if change.learn:
        tuple(_of_other(model, name, stays=True))  # what no address can replace is refused
        there = next(entry.model for entry in _all(model, texts) if name in entry.model.document)
        variant = change.learn(model, there)
        model = Model(remade(variant.text, model.document), model.project)
        learned = variant.warnings
    found = _changed(model, name, change, texts, "")
    assert found is not None  # noqa: S101 - `holds` was true
    others = [model, *(entry.model for entry in _all(model, texts))]
    notices = [
        notice
        for other in others
        if name not in other.document
        for notice in _of_other(other, name, stays=change.stays)
        if not (change.learn and other is model)
    ]
    return replace(found, warnings=(*learned, *found.warnings, *notices))


def _of_other(model: Model, name: str, *, stays: bool) -> Iterator[Notice]:
    """Refuse what a file that does not have service *name* needs of it; yield what it misses."""
    for reference in references(model, name):
        job = reference.detail == "service_completed_successfully"
        if not stays or job or reference.key not in ("depends_on", "links"):
            raise UserError(
                f"service {reference.service!r} has `{reference.key}` on {name!r},"
                " which another file defines and which changes",
                fix=f"remove {name!r} from `{reference.key}` of {reference.service!r}",
                where=model.where(reference.service, top_key(reference.key)),
            )
    if not stays and model.names:
        yield Notice(
            f"{model.names[0]!r} does not learn where {name!r} is",
            model.where(model.names[0]),
            fix=f"use `dcgen ambassador {name}=HOST:PORT`, which answers to the name",
        )


def _all(model: Model, texts: Mapping[str, str]) -> Iterator[Entry]:
    waiting, seen = [("", model)], set[str]()
    while waiting and len(seen) < MAX_INCLUDED:
        folder, current = waiting.pop(0)
        for entry in _entries(current, texts, folder):
            if entry.files[0] not in seen:
                seen.add(entry.files[0])
                waiting.append((entry.folder, entry.model))
                yield entry


def _changed(
    model: Model, name: str, change: Change, texts: Mapping[str, str], folder: str, depth: int = 0
) -> Variant | None:
    for entry in _entries(model, texts, folder) if depth < MAX_INCLUDED else ():
        if name in entry.model.document:
            variant = change.transform(entry.model)
            beside = {posixpath.join(entry.folder, file): t for file, t in variant.files.items()}
            variant = replace(variant, files={}, included=beside)
        else:
            deeper = _changed(entry.model, name, change, texts, entry.folder, depth + 1)
            if deeper is None:
                continue
            variant = deeper
        path = _beside(entry.files[0], change.output, texts)
        text = _leading_to(model.document, entry, posixpath.relpath(path, folder or "."))
        return replace(
            variant,
            text=text,
            included={**variant.included, path: variant.text},
            sources={**variant.sources, path: entry.model.document},
        )
    return None


def _entries(model: Model, texts: Mapping[str, str], folder: str) -> Iterator[Entry]:
    for include in includes(model.document, model.project):
        entry = _entry(model, include, texts, folder)
        if entry:
            yield entry


def _entry(model: Model, include: Include, texts: Mapping[str, str], folder: str) -> Entry | None:
    target = deref(include.node)
    node = own(target, "path") if isinstance(target, MappingNode) else target
    if node is None:
        return None
    project = model.project.including(include.folder, include.env_files)
    documents: list[Document] = []
    files = [posixpath.normpath(posixpath.join(folder, path)) for path in include.paths]
    for path, whole in zip(include.paths, files, strict=True):
        text = texts.get(whole) or model.project.read(path)
        if text is None:
            return None
        shown = os.path.normpath((model.project.folder or Path()) / path)
        documents.append(load(text, shown, fragment=bool(documents)))
    document = documents[0]
    for other in documents[1:]:
        document = merge(document, other, project)
    inner = posixpath.normpath(posixpath.join(folder, include.folder))
    return Entry(node, files, "" if inner == "." else inner, Model(document, project))


def _beside(path: str, output: str, texts: Mapping[str, str]) -> str:
    """Return where the variant of the included file at *path* goes; a variant stays where it is."""
    stem, ending = posixpath.splitext(path)
    made = posixpath.splitext(posixpath.basename(output))[0]
    if path in texts or stem.endswith(f".{made}"):
        return path
    return f"{stem}.{made}{ending or '.yml'}"


def _leading_to(document: Document, entry: Entry, path: str) -> str:
    edits = Edits(document.text)
    node = entry.node
    edits.replace(node.start, node.end, scalar(path))
    newline = "\r\n" if "\r\n" in document.text else "\n"
    return with_header(edits.apply(), newline)
