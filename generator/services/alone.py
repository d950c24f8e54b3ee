"""The text of a service that stands in a file alone, without those that it used there."""

from collections.abc import Mapping

from composefile.document import Service
from composefile.model import Model
from composefile.syntax.parser import Alias, walk
from composefile.values import words
from generator.editing.draft import Draft
from generator.editing.edits import service_span, shift
from generator.editing.emit import Emitted, entry
from generator.editing.service import ServiceEdits
from generator.expanded import expanded
from generator.services.published import Publish, published

LEFT_BEHIND = ("depends_on", "links", "external_links", "profiles")


def alone(
    draft: Draft,
    publish: Publish,
    changed: Mapping[str, Emitted] | None = None,
    *,
    behind: bool = False,
) -> str:
    """Return the lines of the service of *draft* for a file of its own.

    Its keys have the values of *changed* where that has any. If it stands *behind* another one,
    that one is published.

    Raises:
        UserError: *publish* asks for a port, and none is known.
    """
    model, document, service = draft.model, draft.document, draft.service
    body = ServiceEdits(model, draft.name, draft.layout, draft.edits)
    for key in LEFT_BEHIND:
        if model.get(draft.name, key) is not None:
            body.drop(key)
            if key in ("depends_on", "links"):
                names = ", ".join(words(model.get(draft.name, key)))
                draft.say(
                    f"{draft.name!r} can no longer reach {names}: not in the new file",
                    key,
                    fix="run them there too, or use `dcgen ambassador SERVICE=HOST:PORT` there",
                )
    if not behind:
        _publish(body, draft, publish)
    elif model.get(draft.name, "ports") is not None:
        body.drop("ports")
    for key, value in (changed or {}).items():
        body.put(key, value)
    if _refers_outside(service) or document.services.flow or _extends_here(model, draft.name):
        return _written_out(draft, publish, changed or {}, behind=behind)
    body.finish()
    span = service_span(document, service)
    lines = draft.edits.apply(span.start, span.end)
    column = 0 if document.v1 else draft.layout.step
    moved = shift(lines, column - service.key.column)
    return moved if moved.endswith("\n") else moved + draft.layout.newline


def _publish(body: ServiceEdits, draft: Draft, publish: Publish) -> None:
    if publish == "host":
        for key in ("ports", "networks"):
            if draft.model.get(draft.name, key) is not None:
                body.drop(key)
        body.put(_mode(draft), "host")
        return
    ports = published(draft, publish)
    if ports is not None:
        body.put("ports", ports)


def _mode(draft: Draft) -> str:
    return "net" if draft.document.v1 else "network_mode"


def _refers_outside(service: Service) -> bool:
    inside = {id(node) for node in walk(service.body)}
    return any(
        isinstance(node, Alias) and id(node.target) not in inside for node in walk(service.body)
    )


def _extends_here(model: Model, name: str) -> bool:
    base = model.base(name)
    return base is not None and base[0] is model


def _written_out(
    draft: Draft, publish: Publish, changed: Mapping[str, Emitted], *, behind: bool
) -> str:
    """Return the service with its aliases, merge keys and `extends` resolved."""
    said = expanded(draft.model, draft.name)
    values: dict[str, Emitted] = {
        key: value for key, value in said.items() if key not in LEFT_BEHIND
    }
    if behind:
        values.pop("ports", None)
    elif publish == "host":
        values = {key: part for key, part in values.items() if key not in ("ports", "networks")}
        values[_mode(draft)] = "host"
    else:
        ports = published(draft, publish)
        values |= {"ports": ports} if ports is not None else {}
    column = 0 if draft.document.v1 else draft.layout.step
    return entry(draft.name, {**values, **changed}, draft.layout, column)
