"""Who refers to a service by its name, and in which of the forms that Compose knows.

Sources: Compose Specification, "depends_on", "links", "volumes_from", "network_mode", "pid", "ipc",
"extends", "build.additional_contexts"; Compose file version 1, "net".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.configurations import configurations
from composefile.document import deref
from composefile.interpolation import split
from composefile.model import Model
from composefile.syntax.parser import Alias
from composefile.values import Value, pairs, texts, words

_HOST_WORDS = "host|hostname|server|servers|address|addr|url|uri|endpoint|upstream|backend|target"
_HOST_VARIABLE = re.compile(rf"(?:{_HOST_WORDS}|dsn|broker)s?(?![a-z])", re.IGNORECASE)
NAMESPACES = ("network_mode", "pid", "ipc", "uts", "cgroup", "net")


@dataclass(frozen=True, slots=True)
class Reference:
    """*service* names the other one under *key*.

    *detail* is the alias of a link, the condition of a dependency, or empty.
    """

    service: str
    key: str
    detail: str = ""


def references(model: Model, name: str) -> list[Reference]:
    """Return every exact reference to service *name*, in the order of the file."""
    container = model.shown(name, "container_name") or ""
    found: list[Reference] = []
    for other in model.names:
        if other != name:
            found += _of(model, other, name, container)
    return found


def _of(model: Model, other: str, name: str, container: str) -> Iterator[Reference]:
    dependencies = model.get(other, "depends_on")
    if name in (model.known(word) for word in words(dependencies)):
        yield Reference(other, "depends_on", _condition(dependencies, name))
    for link in words(model.get(other, "links")):
        target, *alias = split(link)
        if model.known(target) == name:
            yield Reference(other, "links", "".join(alias))
    yield from _of_container(model, other, name, container)
    if _extends(model, other) == name:
        yield Reference(other, "extends")
    build = model.get(other, "build")
    contexts = build.get("additional_contexts") if isinstance(build, dict) else None
    if f"service:{name}" in pairs(contexts).values():
        yield Reference(other, "additional_contexts")


def _of_container(model: Model, other: str, name: str, container: str) -> Iterator[Reference]:
    for source in (model.known(word) for word in words(model.get(other, "volumes_from"))):
        if volumes_source(source) == name or source.split(":")[:2] == ["container", container]:
            yield Reference(other, "volumes_from")
    shared = [f"service:{name}"] + ([f"container:{container}"] if container else [])
    if model.document.v1:
        shared.append(f"container:{name}")
    for key in NAMESPACES:
        if model.shown(other, key) in shared:
            yield Reference(other, key)


def _condition(dependencies: Value, name: str) -> str:
    settings = dependencies.get(name) if isinstance(dependencies, dict) else None
    condition = settings.get("condition") if isinstance(settings, dict) else None
    return condition if isinstance(condition, str) else "service_started"


def _extends(model: Model, other: str) -> str | None:
    field = model.fields(other).get("extends")
    value = model.get(other, "extends") if field else None
    if isinstance(value, dict):
        service = value.get("service")
        return service if isinstance(service, str) and not value.get("file") else None
    return value if isinstance(value, str) else None


def volumes_source(entry: str) -> str:
    """Return the service that an entry of `volumes_from` names; empty for a foreign container."""
    if entry.startswith("container:"):
        return ""
    return entry.removeprefix("service:").split(":")[0]


def targets(value: Value) -> list[str]:
    """Return the services that a value of `depends_on` or `links` names."""
    return [split(word)[0] for word in words(value)]


def mentions(model: Model, other: str, names: list[str]) -> bool:
    """Tell whether the settings of service *other* use one of *names* as a host."""
    alternatives = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"(?<![\w.-])(?:{alternatives})(?!://)(?![\w.-])")
    keys = ("environment", "command", "entrypoint", "healthcheck")
    if any(pattern.search(text) for key in keys for text in texts(model.get(other, key))):
        return True
    urls = [_url(name) for name in names]
    return any(url.search(text) for text in _given(model, other) for url in urls)


def _given(model: Model, name: str) -> Iterator[str]:
    """Yield the texts of configuration that service *name* is given."""
    given = model.get(name, "configs"), model.get(name, "volumes")
    return configurations(model.document, model.project, *given)


def _url(host: str) -> re.Pattern[str]:
    """Return what finds *host* in a URL, or before a port."""
    named = re.escape(host)
    return re.compile(rf"(?://|@){named}(?![\w.-])|(?<![\w.$/-]){named}:\d")


def dials(model: Model, other: str, name: str) -> bool:
    """Tell whether the settings of service *other* say that it connects to *name*.

    A link does, a URL with that host, a variable such as ``API_HOST``, an option such as
    ``--host``, an address in a configuration that it is given; `depends_on` and the name of a
    program do not.
    """
    if any(link.partition(":")[0] == name for link in words(model.get(other, "links"))):
        return True
    host = re.escape(name)
    url = _url(name)
    option = re.compile(
        rf"(?:^|\s)(?:-h|--?[\w-]*(?:{_HOST_WORDS}))[ =]\[?[\"']?{host}(?![\w.-])", re.IGNORECASE
    )
    programs = [" ".join(texts(model.get(other, key))) for key in ("command", "entrypoint")]
    variables = pairs(model.get(other, "environment"))
    return (
        any(url.search(text) or option.search(text) for text in programs)
        or any(url.search(value) for value in variables.values())
        or any(
            name in value.split(",") and _HOST_VARIABLE.search(variable)
            for variable, value in variables.items()
        )
        or any(url.search(text) for text in _given(model, other))
    )


def is_alias(model: Model, name: str) -> bool:
    """Tell whether the whole body of service *name* is an alias (``one: *template``)."""
    service = model.document.find(name)
    return (
        service is not None and isinstance(service.body, Alias) and deref(service.body) is not None
    )
