"""The ports of a service: every spelling in one form, and where else to look for them.

Sources: Compose Specification, "ports" (short and long syntax) and "expose".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from composefile import interpolation
from composefile.dockerfile import parse_dockerfile
from composefile.document import Service
from composefile.images import known_ports
from composefile.model import Model
from composefile.values import Value, texts
from faults import UserError

MAX_PORTS = 1000


@dataclass(frozen=True, slots=True)
class Port:
    """A container port: *target* is its number, *published* the host side as it stands, if any."""

    target: int
    protocol: str = "tcp"
    published: str = ""


class UnresolvedPortError(ValueError):
    """A container port hangs on a variable that has no value in the file or in ``.env``."""


def split(entry: str) -> tuple[str, str, str]:
    """Return the host side, the container side and the protocol of a short `ports` entry.

    Colons and slashes inside ``${…}`` and ``[…]`` do not separate: ``${P:-80}:80/tcp`` gives
    ``("${P:-80}", "80", "tcp")``.
    """
    depth = 0
    colon, slash = -1, -1
    for index, character in enumerate(entry):
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
        elif depth == 0 and character == ":":
            colon = index
        elif depth == 0 and character == "/":
            slash = index
    body = entry if slash < 0 else entry[:slash]
    protocol = "tcp" if slash < 0 else entry[slash + 1 :].lower()
    if colon < 0:
        return "", body, protocol
    return body[:colon], body[colon + 1 :], protocol


def parse(entry: Value, variables: Mapping[str, str]) -> list[Port]:
    """Return the ports that one entry of `ports` or `expose` declares; a range gives several.

    Raises:
        UnresolvedPortError: The container side is a variable without a value.
        ValueError: The entry is no port.
    """
    if isinstance(entry, dict):
        return _long(entry, variables)
    text = str(entry)
    if "$" in split(text)[1] or split(text)[1] == text:
        resolved = interpolation.resolve(text, variables)
        if resolved is None:
            host, container, protocol = split(text)
            container_side = interpolation.resolve(container, variables)
            if container_side is None:
                raise UnresolvedPortError(text)
            return _targets(container_side, protocol, host)
        text = resolved
    host, container, protocol = split(text)
    return _targets(container, protocol, host)


def _long(entry: dict[str, Value], variables: Mapping[str, str]) -> list[Port]:
    target = interpolation.resolve(str(entry.get("target", "")), variables)
    if target is None:
        raise UnresolvedPortError(str(entry.get("target")))
    protocol = str(entry.get("protocol") or "tcp").lower()
    return _targets(target, protocol, str(entry.get("published") or ""))


def _targets(text: str, protocol: str, published: str) -> list[Port]:
    first, _, last = text.strip().partition("-")
    low, high = int(first), int(last or first)
    if not 0 < low <= high <= 65535 or high - low >= MAX_PORTS:  # noqa: PLR2004 - the last port
        raise ValueError(text)
    return [Port(number, protocol, published) for number in range(low, high + 1)]


def declared(model: Model, service: Service) -> list[Port]:
    """Return the ports that *service* declares by `ports` and `expose`, each once, in file order.

    Raises:
        UserError: An entry is no port, or its container port hangs on a variable without a value.
    """
    found: dict[tuple[int, str], Port] = {}
    for key in ("ports", "expose"):
        entries = model.get(service.name, key)
        for entry in entries if isinstance(entries, list) else []:
            for port in _parse_or_refuse(entry, key, model, service):
                found.setdefault((port.target, port.protocol), port)
    return list(found.values())


def _parse_or_refuse(entry: Value, key: str, model: Model, service: Service) -> list[Port]:
    where = model.where(service.name, key)
    try:
        return parse(entry, model.project.variables)
    except UnresolvedPortError as error:
        raise UserError(
            f"the container port in {str(error)!r} of service {service.name!r} has no value here",
            fix="give `--port PORT`, or a default: ${NAME:-PORT}",
            where=where,
        ) from error
    except ValueError as error:
        raise UserError(
            f"{entry!r} in `{key}:` of service {service.name!r} is not a port",
            fix='write it as "PUBLISHED:CONTAINER", for example "8001:80"',
            where=where,
        ) from error


def discover(model: Model, service: Service) -> list[int]:
    """Return the TCP ports that callers of *service* may dial; empty if none can be known.

    Looks at `ports` and `expose` and at what other services dial (``rng:8080``); if that gives
    nothing, at the Dockerfile's EXPOSE, the table of well-known images, and the health check.

    Raises:
        UserError: An entry is no port, or every declared port is UDP or SCTP.
    """
    ports = declared(model, service)
    if ports and all(port.protocol != "tcp" for port in ports):
        raise UserError(
            f"service {service.name!r} declares {ports[0].protocol.upper()} ports only;"
            " HAProxy balances TCP",
            fix=f"leave {service.name!r} as it is, or give the TCP port with `--port PORT`",
            where=model.where(service.name, "ports"),
        )
    tcp = [port.target for port in ports if port.protocol == "tcp"]
    others = {port.target for port in ports if port.protocol != "tcp"}
    dialled = [port for port in _dialled(model, service.name) if port not in others]
    found = list(dict.fromkeys([*tcp, *dialled]))
    return found or list(_of_image(model, service.name)) or _of_healthcheck(model, service.name)


def _dialled(model: Model, name: str) -> list[int]:
    pattern = re.compile(
        rf"(?<![\w.$/-]){re.escape(name)}:(\d{{1,5}})(?![\w.])|//(?:[^/@\s]*@)?{re.escape(name)}:(\d{{1,5}})(?![\w.])"
    )
    found = []
    for other in model.names:
        if other == name:
            continue
        for key in ("environment", "command", "entrypoint"):
            for text in texts(model.get(other, key)):
                found += [int(a or b) for a, b in pattern.findall(text) if name in text]
    return sorted({port for port in found if 0 < port <= 65535})  # noqa: PLR2004 - the last port


def _of_image(model: Model, name: str) -> tuple[int, ...]:
    build = model.get(name, "build")
    if build is not None:
        settings: dict[str, Value] = build if isinstance(build, dict) else {"context": build}
        text = settings.get("dockerfile_inline")
        if not isinstance(text, str):
            context = str(settings.get("context") or ".")
            dockerfile = str(settings.get("dockerfile") or "Dockerfile")
            text = model.project.read(f"{context}/{dockerfile}")
        target = settings.get("target")
        if isinstance(text, str):
            return _exposed(text, target if isinstance(target, str) else None)
    image = model.get(name, "image")
    if not isinstance(image, str):
        return ()
    return known_ports(interpolation.resolve(image, model.project.variables) or image)


def _exposed(dockerfile: str, target: str | None) -> tuple[int, ...]:
    # A stage inherits what its base exposes (Dockerfile reference, "EXPOSE").
    image = parse_dockerfile(dockerfile, target)
    return tuple(dict.fromkeys((*known_ports(image.base), *image.ports)))


def _of_healthcheck(model: Model, name: str) -> list[int]:
    found: Iterable[str] = texts(model.get(name, "healthcheck"))
    pattern = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])[:/ ](\d{2,5})(?![\w.])")
    ports = [int(port) for text in found for port in pattern.findall(text)]
    return sorted({port for port in ports if 0 < port <= 65535})  # noqa: PLR2004 - the last port
