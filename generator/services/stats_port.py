"""Publish the statistics page of a generated service: one port of one address of this machine.

Source: Compose Specification, "ports", short syntax ``[HOST:]PUBLISHED:CONTAINER``.
"""

from composefile import ports
from composefile.document import load
from composefile.model import Model
from composefile.syntax.parser import Mapping, Scalar, Sequence
from faults import UserError
from generator.checks.refusals import require_secret
from generator.editing.edits import Edits, append_item, entry_span, remove_items
from generator.editing.emit import Emitted, Quoted, entry, flow, item
from generator.editing.layout import layout_of
from generator.editing.service import ServiceEdits
from generator.result import Settings
from lb.options import ChosenOptions


def require_room(model: Model, name: str, settings: Settings, former: Settings) -> None:
    """See that the statistics page that *settings* ask for can be had in this file.

    Args:
        model: The services of the file.
        name: The one that the page is about.
        settings: Those of the generated service that takes its name.
        former: Those that made it before; the defaults if nothing did.

    Raises:
        UserError: Another service publishes the page's port, or its secret is not in the file.
    """
    options = settings.options.complete()
    require_secret(model, name, options.stats_secret)
    page = options.stats_at
    mine = _entry(former.options)
    variables = model.project.variables
    for other in model.names if page else ():
        listed = model.get(other, "ports")
        for one in listed if isinstance(listed, list) else []:
            if page and page.port in ports.taken(one, variables) and (other, one) != (name, mine):
                raise UserError(
                    f"port {page.port} is published by service {other!r} already",
                    fix="give `--stats` another port",
                    where=model.where(other, "ports"),
                )


def published(text: str, model: Model, name: str, settings: Settings, former: Settings) -> str:
    """Return *text* with the statistics page of service *name* among its published ports.

    Args:
        text: The variant, but for that port.
        model: The services of the file that it was made from.
        name: The generated service.
        settings: What it was made with.
        former: Those that made it before; the defaults if nothing did.
    """
    wanted, gone = _entry(settings.options), _entry(former.options)
    if wanted == gone:
        return text
    document = load(text, model.document.file)
    now = Model(document, model.project)
    edits = Edits(text)
    body = ServiceEdits(now, name, layout_of(document, name), edits)
    _change(body, wanted, gone)
    body.finish()
    return edits.apply()


def _change(body: ServiceEdits, wanted: str, gone: str) -> None:
    present = body.value("ports")
    listed = list(present) if isinstance(present, list) else []
    field = body.model.fields(body.name).get("ports")
    node = field.node if field and field.own else None
    rest = [part for part in listed if part != gone]
    if not listed:
        _insert(body, wanted)
    elif not rest and not wanted:
        body.drop("ports")
    elif not isinstance(node, Sequence) or node.anchor:
        body.put("ports", [*rest, *([Quoted(wanted)] if wanted else [])])
    else:
        _change_items(body, node, wanted, gone)


def _change_items(body: ServiceEdits, node: Sequence, wanted: str, gone: str) -> None:
    old = next((i for i, one in enumerate(node.items) if _is(one, gone)), None) if gone else None
    if old is None:
        line = item(Quoted(wanted), body.layout, node.column)
        append_item(body.edits, node, line, flow(wanted))
    elif wanted:
        body.edits.replace(node.items[old].start, node.items[old].end, flow(wanted))
    else:
        remove_items(body.edits, node, {old})


def _insert(body: ServiceEdits, wanted: str) -> None:
    """Put `ports` where a person looks for it: above what dcgen writes about health and safety."""
    value: Emitted = [Quoted(wanted)]
    node = body.node
    if not isinstance(node, Mapping) or node.flow:
        body.put("ports", value)
        return
    below = (pair for pair in node.entries if getattr(pair[0], "value", "") == "healthcheck")
    place = next(below, node.entries[-1])
    start = entry_span(body.edits.text, *place).start
    body.edits.insert(start, entry("ports", value, body.layout, body.column))


def _entry(options: ChosenOptions) -> str:
    page = options.stats_at
    if page is None:
        return ""
    host, _, port = str(page).rpartition(":")
    return f"{host}:{port}:{port}"


def _is(node: object, value: str) -> bool:
    return isinstance(node, Scalar) and node.value == value
