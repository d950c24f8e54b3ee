"""What a file builds: each distinct build once, however many services run its image.

Compose builds for each service: the replicas of a variant would be as many builds of one image.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from composefile.model import Model
from composefile.paths import is_local
from composefile.values import pairs

_NAME = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"  # Docker's "Image reference", a path component
_IMAGES = ("docker-image:", "service:")


@dataclass(frozen=True, slots=True)
class Build:
    """An image that is built.

    Attributes:
        name: What it is called: the service from which its services were made.
        service: The service whose `build` makes it.
        services: All that run it, that one first.
        sources: The folders and files that it is built from, as the file names them; URLs, too.
        platform: What it is to run on, as the file says: ``linux/arm64``; empty if it does not.
    """

    name: str
    service: str
    services: tuple[str, ...]
    sources: tuple[str, ...] = ()
    platform: str = ""


def builds(model: Model) -> list[Build]:
    """Return the builds of *model*, in the order of the file; equal ones are one."""
    found: dict[str, list[str]] = {}
    of_image: dict[str, str] = {}
    for name in model.names:
        value = model.get(name, "build")
        if value is None:
            continue
        key = json.dumps([value, model.get(name, "platform")], sort_keys=True)
        found.setdefault(key, []).append(name)
        if image := model.image(name):
            of_image.setdefault(image, key)
    for name in model.names:
        # A replica that is not the first has the image alone (decision 0027).
        shared = of_image.get(model.image(name))
        if shared and model.get(name, "build") is None:
            found[shared].append(name)
    taken: set[str] = set()
    made = []
    for services in found.values():
        name = next(one for one in _names(model, services[0]) if one not in taken)
        taken.add(name)
        platform = str(model.get(services[0], "platform") or "")
        sources = tuple(_sources(model, services[0]))
        made.append(Build(name, services[0], tuple(services), sources, platform))
    return made


def _names(model: Model, service: str) -> Iterator[str]:
    for name in (model.identity(service).service or service, service):
        yield _spelled(name)
    for number in range(2, 1000):
        yield f"{_spelled(service)}-{number}"


def _spelled(name: str) -> str:
    name = name.lower()
    return name if re.fullmatch(_NAME, name) else re.sub("[^a-z0-9]+", "-", name).strip("-")


def _sources(model: Model, service: str) -> Iterator[str]:
    value = model.get(service, "build")
    build = value if isinstance(value, dict) else {"context": value}
    context = str(build.get("context") or ".")
    yield context
    dockerfile = build.get("dockerfile")
    if dockerfile and is_local(context):  # it may be elsewhere
        yield posixpath.join(context, str(dockerfile))
    for other in pairs(build.get("additional_contexts")).values():
        # An image has its tag, as that of a FROM has; a service has a build of its own.
        if other and not str(other).startswith(_IMAGES):
            yield str(other)
