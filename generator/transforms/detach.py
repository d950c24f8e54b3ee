"""Take a service out alone, to run it elsewhere: itself, its published port, and what it uses.

    before:   compose.yml: worker, rng, redis (with the volume data)
    after:    redis.yml: redis, published, and the volume data

Source: Compose Specification, "ports", and the top-level elements that a service refers to.
"""

from collections.abc import Iterator
from typing import Literal

from composefile.document import Document, Service
from composefile.images import STATEFUL, short_name
from composefile.interpolation import resolve
from composefile.model import Model
from composefile.ports import discover
from composefile.project import Project
from composefile.syntax.parser import Alias, Mapping, walk
from composefile.values import Value, fields, words
from faults import UserError
from generator.checks.refusals import role
from generator.editing.edits import Edits, entry_span, service_span, shift
from generator.editing.emit import Emitted, Layout, Quoted, entry
from generator.editing.layout import layout_of
from generator.editing.rewrite import written
from generator.editing.service import Body
from generator.result import HEADER, Notice, Variant

Publish = int | Literal["random", "host"] | None
LEFT_BEHIND = ("depends_on", "links", "external_links", "profiles")
NEEDS_OTHERS = ("network_mode", "net", "pid", "ipc", "uts", "cgroup", "volumes_from")


def detach(document: Document, project: Project, service: str, publish: Publish = None) -> Variant:
    """Return a document with *service* alone, and the top-level entries that it refers to.

    Args:
        document: Any Compose document; it is left as it was.
        project: What lies around it.
        service: The service to take out.
        publish: The host port for its first port, ``random`` to let Docker choose, ``host`` for
            the host's own network; None keeps what it publishes, or publishes the same port.

    Raises:
        UserError: *service* is unknown, was made by dcgen, needs another service's container, or
            *publish* asks for a port and none is known.
    """
    model = Model(document, project)
    found = document.service(service)
    _require_independent(model, service)
    layout = layout_of(document, service)
    text, notices = _service_text(model, found, layout, publish)
    parts = [HEADER + layout.newline, *_version(document, layout)]
    if not document.v1:
        parts.append(f"services:{layout.newline}")
    parts.append(text)
    parts += _sections(model, service, layout, skip_networks=publish == "host")
    notices += _password_notice(model, service)
    return Variant("".join(parts), warnings=tuple(notices))


def _require_independent(model: Model, name: str) -> None:
    kind = role(model, name)
    if kind:
        raise UserError(
            f"service {name!r} is a {kind} that dcgen made",
            fix="start from the file that it was made from",
            where=model.where(name),
        )
    for key in NEEDS_OTHERS:
        value = model.get(name, key)
        others = [word for word in words(value) if word.startswith(("service:", "container:"))]
        if others or (key == "volumes_from" and value):
            raise UserError(
                f"service {name!r} has `{key}: {words(value)[0]}`, which would not be there",
                fix=f"remove `{key}` from {name!r}",
                where=model.where(name, key),
            )


def _service_text(
    model: Model, service: Service, layout: Layout, publish: Publish
) -> tuple[str, list[Notice]]:
    document, edits = model.document, Edits(model.document.text)
    body = Body(model, service.name, layout, edits)
    notices = []
    for key in LEFT_BEHIND:
        if model.get(service.name, key) is not None:
            body.drop(key)
            if key in ("depends_on", "links"):
                names = ", ".join(words(model.get(service.name, key)))
                notices.append(
                    Notice(
                        f"{service.name!r} reaches {names} no more: they stay behind",
                        model.where(service.name, key),
                    )
                )
    _publish(body, model, service, publish)
    if _refers_outside(service) or document.services.flow or _extends_here(model, service.name):
        return _written_out(model, service, layout, publish), notices
    body.finish()
    span = service_span(document, service)
    lines = edits.apply(span.start, span.end)
    column = 0 if document.v1 else layout.step
    moved = shift(lines, column - service.key.column)
    return (moved if moved.endswith("\n") else moved + layout.newline), notices


def _publish(body: Body, model: Model, service: Service, publish: Publish) -> None:
    if publish == "host":
        for key in ("ports", "networks"):
            if model.get(service.name, key) is not None:
                body.drop(key)
        body.put("net" if model.document.v1 else "network_mode", "host")
        return
    ports = _published(model, service, publish)
    if ports is not None:
        body.put("ports", ports)


def _published(model: Model, service: Service, publish: Publish) -> list[Emitted] | None:
    """Return the value of `ports`; None if it stays as it is."""
    if publish is None and model.get(service.name, "ports"):
        return None
    ports = discover(model, service)
    if not ports and publish is not None:
        raise UserError(
            f"no port of {service.name!r} is known, so none can be published",
            fix=f'add `expose: ["PORT"]` to {service.name!r}',
            where=model.where(service.name),
        )
    if publish == "random":
        return [Quoted(str(port)) for port in ports]
    first = publish if isinstance(publish, int) else None
    numbers = [first or port if index == 0 else port for index, port in enumerate(ports)]
    return [Quoted(f"{host}:{port}") for host, port in zip(numbers, ports, strict=True)] or None


def _refers_outside(service: Service) -> bool:
    inside = {id(node) for node in walk(service.body)}
    return any(
        isinstance(node, Alias) and id(node.target) not in inside for node in walk(service.body)
    )


def _extends_here(model: Model, name: str) -> bool:
    base = model.base(name)
    return base is not None and base[0] is model


def _written_out(model: Model, service: Service, layout: Layout, publish: Publish) -> str:
    """Return the service with its aliases, merge keys and `extends` of this file resolved."""
    left = (*LEFT_BEHIND, *(("extends",) if _extends_here(model, service.name) else ()))
    values: dict[str, Emitted] = {}
    name = service.name
    while True:
        for key, field in model.fields(name).items():
            if key not in (*left, "<<") and key not in values:
                values[key] = written(field.node)
        base = model.base(name)
        if base is None or base[0] is not model:
            break
        name = base[1]
    if publish == "host":
        values = {key: part for key, part in values.items() if key not in ("ports", "networks")}
        values["network_mode"] = "host"
    else:
        ports = _published(model, service, publish)
        values |= {"ports": ports} if ports is not None else {}
    return entry(service.name, values, layout, 0 if model.document.v1 else layout.step)


def _version(document: Document, layout: Layout) -> Iterator[str]:
    if document.version is not None:
        yield f'version: "{document.version}"{layout.newline}'


def _sections(model: Model, name: str, layout: Layout, *, skip_networks: bool) -> Iterator[str]:
    if model.document.v1:
        return
    used = {
        "networks": set() if skip_networks else set(model.networks(name) or {}),
        "volumes": _sources(model.get(name, "volumes")),
        "secrets": _sources(model.get(name, "secrets")) | _sources(_build_secrets(model, name)),
        "configs": _sources(model.get(name, "configs")),
    }
    for section, names in used.items():
        declared = model.document.section(section)
        lines = "".join(_entry_lines(model.document, declared, names, layout))
        if lines:
            yield f"{layout.newline}{section}:{layout.newline}{lines}"


def _entry_lines(
    document: Document, section: Mapping | None, names: set[str], layout: Layout
) -> Iterator[str]:
    for key, field in fields(section).items():
        if key not in names:
            continue
        node = field.node
        plain_text = not any(isinstance(part, Alias) for part in walk(node))
        if field.own and not field.owner.flow and plain_text:
            span = entry_span(document.text, field.key, node)
            lines = document.text[span.start : span.end]
            lines = lines if lines.endswith("\n") else lines + layout.newline
            yield shift(lines, layout.step - field.key.column)
        else:
            yield entry(key, written(node), layout, layout.step)


def _sources(value: Value) -> set[str]:
    found = set()
    for part in value if isinstance(value, list) else []:
        if isinstance(part, dict):
            found.add(str(part.get("source")))
        else:
            found.add(str(part).split(":")[0])
    return found


def _build_secrets(model: Model, name: str) -> Value:
    build = model.get(name, "build")
    return build.get("secrets") if isinstance(build, dict) else None


def _password_notice(model: Model, name: str) -> list[Notice]:
    image = model.get(name, "image")
    shown = resolve(image, model.project.variables) if isinstance(image, str) else None
    if not shown or short_name(shown) not in STATEFUL:
        return []
    what = f"{name!r} is published to other hosts: give it a password, or a firewall"
    return [Notice(what, model.where(name, "image"))]
