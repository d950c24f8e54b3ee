"""What a Compose file takes from its folder, for a variant that is written into another one.

    app/compose.yml    project `app`, with app/.env; ${DATA_DIR:-./data} is app/data
    deploy/g.yml       project `deploy`, without .env; ${DATA_DIR:-./data} is deploy/data

The name of the project is written into the variant; `-p` and `COMPOSE_PROJECT_NAME` still win over
it. What cannot be written is refused. Plain relative paths are `generator.targets.compose`'s.
Source: Compose CLI reference, "Pre-defined environment variables"; Compose Specification, "name".
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from composefile.document import Document, Service, deref, load, own
from composefile.interpolation import resolve, split
from composefile.model import Model
from composefile.paths import moved
from composefile.project import PROJECT_NAME, Project
from composefile.values import texts
from faults import Place, UserError
from generator.editing.edits import Edits, line_start
from generator.editing.emit import scalar
from generator.editing.layout import newline_of
from generator.result import Made, Notice
from generator.targets.compose import has_relative_paths, paths

PROFILES = "COMPOSE_PROFILES"
_ABSOLUTE = re.compile(r"\$\{?(?:PWD|HOME)\b")


def placed(made: Made) -> Made:
    """Return *made* so that it means in its folder what its source means in its own.

    Raises:
        UserError: It cannot: variables of `.env`, or a path that a variable holds, would change.
    """
    if made.folder is None:
        return made
    source, here = made.source.project, Project(made.folder)
    # A link to the folder has another name, but nothing else in it is another one.
    moves = os.path.realpath(made.folder) != os.path.realpath(source.folder or Path())
    if not moves and here.name == source.name:
        return made
    model = Model(load(made.variant.text, made.source.document.file), source)
    if moves:
        _require_variables(made, model, here)
    text, unnamed = _named(made, model.document, here)
    warnings = (*made.variant.warnings, *(_variable_paths(made) if moves else ()), *unnamed)
    return replace(made, variant=replace(made.variant, text=text, warnings=warnings))


def is_tied(model: Model) -> bool:
    """Tell whether the file of *model* means something else in another folder."""
    document, given = model.document, model.project.beside
    used = any(_may_use(model, name) for name in given)
    return not _is_named(document) or used or has_relative_paths(document)


def _is_named(document: Document) -> bool:
    return not document.v1 and deref(own(document.root, "name")) is not None


def _refusal(made: Made, what: str, where: Place) -> UserError:
    there = os.path.normpath((made.source.project.folder or Path()) / made.name)
    return UserError(what, fix=f"write it beside its source: `-o {there}`", where=where)


def _require_variables(made: Made, model: Model, here: Project) -> None:
    there = model.project
    old, new = dict(there.beside), dict(here.beside)
    former, named = old.pop(PROJECT_NAME, None), new.pop(PROJECT_NAME, None)
    names = sorted(
        name
        for name in old.keys() | new.keys()
        if old.get(name) != new.get(name) and _may_use(model, name)
    )
    if former != named and (named or (former and _is_named(model.document))):
        names.insert(0, PROJECT_NAME)
    if names:
        raise _refusal(
            made,
            f"{', '.join(names)} would have another value in {here.folder}:"
            " Compose reads the `.env` that is in the folder of the first file",
            Place(os.path.normpath((there.folder or Path()) / ".env")),
        )


def _may_use(model: Model, name: str) -> bool:
    """Tell whether the file of *model* uses the variable *name*, as far as can be seen here."""
    document = model.document
    included = own(document.root, "include") is not None and not document.v1
    if name == PROFILES or included or any(map(_extends_file, document)):
        return True
    if re.search(rf"\b{re.escape(name)}\b", document.text):
        return True
    files = {path for service in document for path in texts(model.get(service.name, "env_file"))}
    variable = re.compile(rf"\$\{{?{re.escape(name)}\b")
    return any(variable.search(model.project.read(path) or "") for path in files)


def _extends_file(service: Service) -> bool:
    extends = deref(own(deref(service.body), "extends"))
    return own(extends, "file") is not None


def _variable_paths(made: Made) -> Iterator[Notice]:
    """Refuse the paths of the source that would change; yield those of which nothing is known."""
    document = made.source.document
    for node, kind in paths(document):
        text = split(node.value)[0] if kind == "volume" else node.value
        if not text.startswith("$") or _ABSOLUTE.match(text):
            continue
        value, where = resolve(text, made.source.project.beside), document.where(node)
        if value is None:
            what = f"{text!r} would start from {made.folder} if it were a relative path"
            yield Notice(what, where, fix="give the variable an absolute path")
        elif moved(value, "..", kind) != value:
            what = f"{text!r} is {value!r} by default, and would start from {made.folder}"
            raise _refusal(made, what, where)


def _named(made: Made, document: Document, here: Project) -> tuple[str, list[Notice]]:
    """Return the text of *document* with the name that the project has beside its source."""
    name = made.source.project.name
    if _is_named(document) or name in ("", here.name):
        return document.text, []
    if document.v1:
        # Its volumes are called as they are written: no data hangs on the name.
        what = f"the project is called {here.name!r} there, not {name!r}: the v1 format has no name"
        fix = f"call it so: `docker-compose -p {name}`"
        return document.text, [Notice(what, Place(document.file), fix=fix)]
    first, edits = document.root.entries[0][0], Edits(document.text)
    if document.root.flow:
        edits.insert(first.start, f"name: {scalar(name)}, ")
    else:
        indented = " " * first.column
        line = f"{indented}name: {scalar(name)}{newline_of(document.text)}"
        edits.insert(line_start(document.text, first.start), line)
    return edits.apply(), []
