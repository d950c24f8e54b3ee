"""Let services of one file find a service of another file elsewhere, by `extra_hosts`."""

from collections.abc import Sequence

from composefile.model import Model
from composefile.references import Reference, mentions, references
from composefile.values import words
from generator.editing.edits import Edits
from generator.editing.layout import layout_of, newline_of
from generator.editing.service import ServiceEdits
from generator.result import Notice, Variant, with_header
from generator.services.consumers import own_names
from generator.services.extra_hosts import add_hosts, replaced
from generator.services.references import drop_reference

_REFERRING = ("depends_on", "links")


def learn(model: Model, there: Model, service: str, address: str, *, only_named: bool) -> Variant:
    """Return the file of *model*, whose services find *service* of the file *there* at *address*.

    `depends_on` and `links` on it go, as where the service stands itself.

    Args:
        model: The file that does not have the service.
        there: The one that has it, and is included.
        service: The service that leaves.
        address: Where it is.
        only_named: Change only services that name it in their settings, not all on its networks.
    """
    edits, notices = Edits(model.document.text), list[Notice]()
    found = references(model, service)
    for name in model.names:
        own = [one for one in found if one.service == name and one.key in _REFERRING]
        if not own and not _reaches(model, there, name, service, only_named=only_named):
            continue
        host = _host_of(model, name)
        if host is None:
            continue
        body = ServiceEdits(model, host, layout_of(model.document, host), edits)
        for key in dict.fromkeys(one.key for one in own):
            drop_reference(body, key, service)
        moved = add_hosts(body, _names(there, service, own), address)
        notices += replaced(model, host, moved)
        body.finish()
    text = with_header(edits.apply(), newline_of(model.document.text))
    return Variant(text, warnings=tuple(notices))


def _reaches(model: Model, there: Model, name: str, service: str, *, only_named: bool) -> bool:
    if model.identity(name).is_proxy:
        return False
    mine, theirs = there.networks(service) or {}, model.networks(name) or {}
    is_near = any(network in theirs for network in mine)
    shown = [there.known(one) for one in _names(there, service, ())]
    return is_near and (not only_named or mentions(model, name, shown))


def _host_of(model: Model, name: str) -> str | None:
    # Whose hosts file it reads; None of a container that no file describes, or without a network.
    mode = model.get(name, "network_mode")
    kind, _, target = mode.partition(":") if isinstance(mode, str) else ("", "", "")
    if kind == "service":
        return target if target in model.document else None
    return None if kind in {"none", "container"} else name


def _names(there: Model, service: str, own: Sequence[Reference]) -> list[str]:
    names = own_names(there, service)
    names += [one.detail for one in own if one.key == "links" and one.detail]
    for network in (there.networks(service) or {}).values():
        names += words(network.get("aliases"))
    return [shown for name in dict.fromkeys(names) if "$" not in (shown := there.known(name))]
