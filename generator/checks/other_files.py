"""What other files say about a service: those that the file includes, and overrides beside it.

Source: Compose Specification, "Include"; Compose CLI reference, "Specifying multiple Compose files"
(an override file beside the main one is read without being named).
"""

import posixpath
from collections.abc import Iterator

from composefile.document import load, own
from composefile.model import Model
from composefile.project import OVERRIDES
from composefile.references import Reference, references
from faults import UserError
from generator.result import Notice

MAX_INCLUDED = 100


def override_notices(model: Model, name: str, given: list[str]) -> Iterator[Notice]:
    """Yield a notice for each override file that says something of service *name* and is not read.

    Args:
        model: The services of the file.
        name: The service that changes.
        given: The names of the files that are read.
    """
    for file in OVERRIDES:
        text = model.project.read(file) if file not in given else None
        if text is None:
            continue
        try:
            document = load(text, file)
        except UserError:
            continue  # it is Compose's to complain about
        service = document.find(name)
        if service:
            yield Notice(
                f"this override of {name!r} is not read",
                document.where(service.key),
                fix=f"give it too, with a second `-f`: -f {model.document.file} -f {file}",
            )


def included(model: Model) -> list[Model]:
    """Return the files that *model* includes and that can be read, those that they include too."""
    if own(model.document.root, "include") is None:
        return []
    from composefile.includes import includes  # noqa: PLC0415 - few files need it

    found: dict[str, Model] = {}
    waiting = [model]
    while waiting and len(found) < MAX_INCLUDED:
        current = waiting.pop(0)
        for entry in includes(current.document, current.project):
            project = current.project.including(entry.folder, entry.env_files)
            for path in entry.paths:
                name = posixpath.join(posixpath.dirname(current.document.file), path)
                file = posixpath.normpath(name)
                text = current.project.read(path) if file not in found else None
                if text is not None:
                    found[file] = Model(load(text, file, fragment=True), project)
                    waiting.append(found[file])
    return list(found.values())


def included_references(model: Model, name: str) -> Iterator[tuple[Model, Reference]]:
    """Yield the references to service *name* in files that *model* includes, with their file."""
    for other in included(model):
        for reference in references(other, name):
            yield other, reference


def included_notices(model: Model, name: str, address: str) -> Iterator[Notice]:
    """Yield a notice for each included file whose services could reach *name*.

    They cannot be given its *address*: an included file is not dcgen's to change.
    """
    mine = model.networks(name) or {}
    for other in included(model):
        near = [
            service for service in other.names if set(other.networks(service) or {}) & set(mine)
        ]
        if near:
            yield Notice(
                f"{near[0]!r} of an included file is not told that {name!r} is at {address}",
                other.where(near[0]),
                fix=f"use `dcgen ambassador {name}=HOST:PORT`, which answers to the name",
            )


def refuse_included(model: Model, name: str, allowed: tuple[str, ...], why: str) -> None:
    """Refuse if an included file refers to service *name* by a key that is not *allowed*.

    *why* ends the sentence. An included file is not dcgen's to change.

    Raises:
        UserError: One does.
    """
    for other, reference in included_references(model, name):
        is_job = reference.detail == "service_completed_successfully"
        if reference.key not in allowed or is_job:
            raise UserError(
                f"service {reference.service!r} of an included file has `{reference.key}`"
                f" on {name!r}, {why}",
                fix=f"remove {name!r} from `{reference.key}` there, or put both into one file",
                where=other.where(reference.service, top_key(reference.key)),
            )


def top_key(key: str) -> str:
    """Return the key of a service under which a reference by *key* stands."""
    return "build" if key == "additional_contexts" else key
