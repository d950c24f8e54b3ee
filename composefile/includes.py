"""The files that a Compose file includes: their services are its own.

Source: Compose Specification, "Include"; Docker Compose 2.26 says what it leaves open. Paths in an
included file start from its own folder, and its ``.env`` counts below the variables of the file
that includes it.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.document import Document, deref, load, own
from composefile.interpolation import fill
from composefile.model import Model
from composefile.project import Project
from composefile.syntax.parser import Node, Sequence
from composefile.values import plain, words
from faults import Place, UserError

MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Include:
    """An entry of ``include``.

    Attributes:
        paths: Files that are merged, relative to the folder of the file that includes them.
        folder: What paths in them start from, relative to the same.
        env_files: In the place of the ``.env`` of that folder.
        node: The entry itself.
        where: Its place.
    """

    paths: list[str]
    folder: str
    env_files: list[str]
    node: Node
    where: Place


def includes(document: Document, project: Project) -> Iterator[Include]:
    """Yield the entries of ``include`` of *document*, variables filled in.

    Raises:
        UserError: ``include`` is not a list.
    """
    node = deref(own(document.root, "include")) if not document.v1 else None
    if node is None:
        return
    if not isinstance(node, Sequence):
        what = "`include` is not a list"
        raise UserError(what, fix="write it as `include: [FILE]`", where=document.where(node))
    for item in node.items:
        yield _include(document, project, item)


def _include(document: Document, project: Project, item: Node) -> Include:
    where = document.where(item)
    value = plain(document, item)
    settings = value if isinstance(value, dict) else {"path": value}

    def filled(key: str) -> list[str]:
        return [fill(word, project.environment, where) for word in words(settings.get(key))]

    paths = filled("path")
    if not paths:
        raise UserError("an entry of `include` names no file", fix="give its `path`", where=where)
    folder = [*filled("project_directory"), posixpath.dirname(paths[0])][0]
    return Include(paths, folder, filled("env_file"), item, where)


def layered(
    document: Document, project: Project, *below: Model, prefix: str = "", depth: int = 0
) -> Model:
    """Return the services of *document* as Compose runs them, with what it includes.

    Args:
        document: A Compose file.
        project: What lies around it.
        below: The files that it is put on top of, as with ``-f``.
        prefix: The way to its folder from that of the file that includes it.
        depth: How many files include each other down to this one.

    Raises:
        UserError: A file that is included cannot be read, or defines what *document* defines.
    """
    included = [_included(document, project, entry, depth) for entry in includes(document, project)]
    known: dict[str, str] = dict.fromkeys(document.names, document.file)
    for model in included:
        for name in model.names:
            if name in known:
                raise UserError(
                    f"service {name!r} is in {known[name]!r}, too",
                    fix="rename one of the two, or change it in a file given with `-f`",
                    where=model.where(name),
                )
            known[name] = model.document.file
    for service in document:
        document.service(service.name)  # refuses one without a body
    return Model(document, project, filled=True, below=(*below, *included), prefix=prefix)


def _included(document: Document, project: Project, entry: Include, depth: int) -> Model:
    if depth >= MAX_DEPTH:
        what = f"files include each other more than {MAX_DEPTH} deep"
        raise UserError(what, fix="remove the circle of `include`", where=entry.where)
    below: tuple[Model, ...] = ()
    own_project = project.including(entry.folder, entry.env_files)
    for index, path in enumerate(entry.paths, 1):
        text = project.read(path)
        if text is None:
            what = f"the included file {path!r} cannot be read"
            raise UserError(
                what, fix="add the file, or give its path in `include`", where=entry.where
            )
        name = posixpath.join(posixpath.dirname(document.file), path)
        other = load(text, name, fragment=bool(below))
        prefix = entry.folder if index == len(entry.paths) else ""
        below = (layered(other, own_project, *below, prefix=prefix, depth=depth + 1),)
    return below[0]
