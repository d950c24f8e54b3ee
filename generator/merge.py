"""Merge several Compose files into one document, as Compose does with several ``-f``.

The text of the first file stays; what a later file says is put into it, so that the transforms see
one file. Compose resolves anchors and `extends` in each file before it merges: what the later file
changes is therefore written out where the first one uses it elsewhere. Source: Compose
Specification, "Merge"; the rules are in `composefile.merging`.
"""

from itertools import groupby

from composefile.document import Document, Service, load, own
from composefile.formats import require_mergeable
from composefile.model import Model
from composefile.origins import traced
from composefile.project import Project
from composefile.syntax.parser import Alias, walk
from generator.editing.edits import Edits
from generator.editing.emit import flow, in_flow
from generator.merge_sections import merged_section, sections
from generator.merge_service import added_service, merged_services, removed_service
from generator.said import said
from generator.written_out import written_out


def merge(first: Document, second: Document, project: Project) -> Document:
    """Return *first* with what *second* says on top; both are left as they were.

    Args:
        first: The files so far.
        second: The next one.
        project: What lies around *first*: paths in *second* are relative to its folder, too.

    Raises:
        UserError: One of them alone is in the v1 format.
    """
    if not second.root.entries:
        return first
    require_mergeable([first, second])
    document = load(_with_aliases_inlined(first, second), first.file)
    over = Model(second, project)
    document = written_out(document, over, project)
    for changed, services in groupby(second, lambda service: _is_changed(first, service)):
        if changed:
            text = merged_services(Model(document, project), over, services)
            document = load(text, first.file)
            continue
        for service in services:
            text = (
                removed_service(document, service.name)
                if service.name in document
                else added_service(document, over, service)
            )
            document = load(text, first.file)
    for key, node in sections(second):
        document = load(merged_section(document, key, said(node)), first.file)
    return traced(document, first, second)


def _is_changed(first: Document, service: Service) -> bool:
    return service.name in first and not said(service.body).silent


def _with_aliases_inlined(first: Document, second: Document) -> str:
    """Return the text of *first* in which no alias names a part that *second* changes."""
    changed = [first.find(service.name) for service in second]
    parts = [service.body for service in changed if service]
    parts += [node for key, _ in sections(second) if (node := own(first.root, key))]
    inside = {id(node) for part in parts for node in walk(part) if node.anchor}
    edits = Edits(first.text)
    for node in walk(first.root) if inside else ():
        if isinstance(node, Alias) and id(node.target) in inside:
            edits.replace(node.start, node.end, flow(in_flow(said(node.target).value)))
    return edits.apply()
