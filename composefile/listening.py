"""The ports that a service listens on: what it declares, and where else to look for them."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from composefile.built_image import built_image
from composefile.document import Service
from composefile.images import known_ports
from composefile.model import Model
from composefile.ports import LAST_PORT, Port, UnresolvedPortError, parse, written_target
from composefile.values import Value, texts
from faults import Check, UserError


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
                known = found.setdefault((port.target, port.protocol), port)
                if port.app_protocol and not known.app_protocol:
                    found[port.target, port.protocol] = port
    return list(found.values())


def port_checks(model: Model, service: Service) -> Iterator[Check]:
    """Yield a check of each port of *service*: one for which `declared` raises hides no other."""
    for key in ("ports", "expose"):
        entries = model.get(service.name, key)
        for entry in entries if isinstance(entries, list) else []:
            yield partial(_parse_or_refuse, entry, key, model, service)


def variable_ports(model: Model, name: str) -> dict[str, tuple[int, ...]]:
    """Return the container ports of service *name* that variables decide, by their text.

    The text is that of the container side, ``${PORT:-80}``, and the numbers are those of today:
    one, or several of a range, or of an entry that is a variable as a whole. What others dial
    counts where the service declares no such port.
    """
    found: dict[str, tuple[int, ...]] = {}
    written: set[int] = set()
    for key in ("ports", "expose"):
        entries = model.get(name, key)
        for entry in entries if isinstance(entries, list) else []:
            text, numbers = written_target(entry), _tcp(entry, model)
            if "$" not in text:
                written |= {*numbers}
            elif numbers:
                found[text] = numbers
    found = {text: numbers for text, numbers in found.items() if not written & {*numbers}}
    known = {port.target for port in declared(model, model.document.service(name))}
    heard = dict.fromkeys(_heard(model, name))
    known |= {int(text) for text in heard if text.isdigit()}
    for text in heard:
        number = model.known(text)
        if "$" in text and number.isdigit() and int(number) not in known:
            found[text] = (int(number),)
    return found


def _tcp(entry: Value, model: Model) -> tuple[int, ...]:
    try:
        ports = parse(entry, model.project.variables)
    except ValueError:
        return ()
    return tuple(port.target for port in ports if port.protocol == "tcp")


def _parse_or_refuse(entry: Value, key: str, model: Model, service: Service) -> list[Port]:
    where = model.where(service.name, key)
    try:
        return parse(entry, model.project.variables)
    except UnresolvedPortError as error:
        raise UserError(
            f"the container port in {str(error)!r} of service {service.name!r} is a variable"
            " that is not set",
            fix="give `--port PORT`, or a default: ${NAME:-PORT}",
            where=where,
        ) from error
    except ValueError as error:
        raise UserError(
            f"{entry!r} in `{key}:` of service {service.name!r} is not a port",
            fix='write it as "PUBLISHED:CONTAINER", for example "8001:80"',
            where=where,
        ) from error


def discover(model: Model, service: Service, *, by_image: bool = True) -> list[int]:
    """Return the TCP ports that callers of *service* may dial; empty if none can be known.

    Looks at `ports` and `expose` and at what other services dial (``rng:8080``); if that gives
    nothing, at the Dockerfile's EXPOSE and the table of well-known images, unless *by_image* says
    that the service runs something else, and the health check.

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
    image = _of_image(model, service.name) if by_image else ()
    return found or list(image) or _of_healthcheck(model, service.name)


def in_order(model: Model, service: Service, ports: Iterable[int]) -> list[int]:
    """Return *ports* of *service*, the one first where most likely somebody listens.

    That is one that its own health check asks, else one that other services dial, else one that
    is published, else the first. The others follow by number.
    """
    found = list(ports)
    published = [port.target for port in declared(model, service) if port.published]
    likely = (*_of_healthcheck(model, service.name), *_dialled(model, service.name), *published)
    first = next((port for port in likely if port in found), found[0] if found else 0)
    return sorted(found, key=lambda port: (port != first, port))


def _dialled(model: Model, name: str) -> list[int]:
    ports = [model.known(text) for text in _heard(model, name)]
    numbers = [int(port) for port in ports if re.fullmatch(r"\d{1,5}", port)]
    return sorted({port for port in numbers if 0 < port <= LAST_PORT})


def _heard(model: Model, name: str) -> Iterator[str]:
    """Yield what others write behind service *name* and a colon: a number, or one variable."""
    port = r"(\d{1,5}|\$[A-Za-z_]\w*|\$\{[^{}]*\})(?![\w.])"
    dialled = rf"{re.escape(name)}:{port}"
    pattern = re.compile(rf"(?<![\w.$/-]){dialled}|//(?:[^/@\s]*@)?{dialled}")
    for other in model.names:
        if other == name:
            continue
        for key in ("environment", "command", "entrypoint"):
            for text in texts(model.get(other, key)):
                if name in text:
                    yield from (a or b for a, b in pattern.findall(text))


def _of_image(model: Model, name: str) -> tuple[int, ...]:
    image = built_image(model.get(name, "build"), model.project)
    if image is None:
        return known_ports(model.image(name))
    # A stage inherits what its base exposes (Dockerfile reference, "EXPOSE").
    return tuple(dict.fromkeys((*known_ports(image.base), *image.ports)))


def _of_healthcheck(model: Model, name: str) -> list[int]:
    found: Iterable[str] = texts(model.get(name, "healthcheck"))
    pattern = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])[:/ ](\d{2,5})(?![\w.])")
    ports = [int(port) for text in found for port in pattern.findall(text)]
    return sorted({port for port in ports if 0 < port <= LAST_PORT})
