"""Take a service out of the file, and let those that use it find it elsewhere."""

from collections.abc import Mapping, Sequence

from generator.editing.configs import remove_config
from generator.editing.draft import Draft
from generator.editing.edits import remove_entries, service_span
from generator.editing.layout import is_block, layout_of
from generator.editing.service import ServiceEdits
from generator.services.extra_hosts import add_hosts, replaced
from generator.services.former import former
from generator.services.references import drop_reference


def depart(draft: Draft, consumers: Mapping[str, Sequence[str]], address: str) -> None:
    """Take the service of *draft* out, and give its *address* to *consumers* under their names.

    `depends_on` and `links` on it go; whoever had another address under one of the names is noted.
    """
    for name in draft.model.names:
        if name != draft.name:
            _change(draft, name, consumers.get(name, ()), address)
    _remove(draft)


def _change(draft: Draft, name: str, names: Sequence[str], address: str) -> None:
    body = ServiceEdits(draft.model, name, layout_of(draft.document, name), draft.edits)
    for key in ("depends_on", "links"):
        if any(other.service == name and other.key == key for other in draft.others):
            drop_reference(body, key, draft.name)
    draft.notices += replaced(draft.model, name, add_hosts(body, list(names), address))
    body.finish()


def _remove(draft: Draft) -> None:
    document, edits = draft.document, draft.edits
    before = former(draft.model, draft.name)
    if before and before.config_name:
        remove_config(edits, document, before.config_name)
    if not is_block(document, draft.name):
        remove_entries(edits, document.services, {draft.name})
        return
    span = service_span(document, draft.service)
    text, end = document.text, span.end
    above = text[: span.start].endswith(("\n\n", "\n\r\n"))
    while above and text.startswith(("\n", "\r\n"), end):
        end = text.index("\n", end) + 1
    edits.delete(span.start, end)
