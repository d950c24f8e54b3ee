"""Write a service out in full where its `extends` would see what is to change.

before:   base: {image: a}                  after:   base: {image: haproxy…}
web: {extends: base}                       web: {image: a}
"""

from composefile.document import Document
from composefile.model import Model
from composefile.origins import remade
from composefile.project import Project
from composefile.references import references
from generator.editing.edits import Edits
from generator.editing.layout import layout_of
from generator.editing.service import ServiceEdits
from generator.expanded import expanded, says


def write_out(model: Model, name: str) -> Model:
    """Return *model* with service *name*, which extends another, written out without `extends`."""
    document = model.document
    edits = Edits(document.text)
    body = ServiceEdits(model, name, layout_of(document, name), edits)
    for key, value in expanded(model, name).items():
        if key not in model.fields(name) or model.inherits(name, key):
            body.put(key, value, override=False)
    body.drop("extends")
    body.finish()
    return Model(remade(edits.apply(), document), model.project)


def without_heirs(model: Model, name: str) -> Model:
    """Return *model* with each service that extends *name* written out in full."""
    for reference in references(model, name) if name in model.document else ():
        if reference.key == "extends":
            model = write_out(model, reference.service)
    return model


def written_out(first: Document, second: Model, project: Project) -> Document:
    """Return *first* with each service written out in full whose `extends` would see *second*.

    That is a service whose base *second* changes, and one of which *second* takes something away.
    """
    changed = set(second.names)
    model = Model(first, project)
    for name in model.names:
        if _must_be_written_out(model, name, second, changed):
            model = write_out(model, name)
    return model.document


def _must_be_written_out(model: Model, name: str, second: Model, changed: set[str]) -> bool:
    base = model.base(name)
    if base is None:
        return False
    if base[0] is model and base[1] in changed:
        return True
    if name not in changed:
        return base[0] is model and _must_be_written_out(model, base[1], second, changed)
    new = says(second, name)
    return "logging" in new or any(one.gone for one in new.values())
