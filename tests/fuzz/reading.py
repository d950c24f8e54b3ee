"""What a Compose file says to a reader that is not dcgen: ruamel.yaml's own loader."""

import functools
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

NAMESPACES = ("network_mode", "pid", "ipc", "net")


@functools.lru_cache(maxsize=64)
def _load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def services(text: str) -> dict[str, Any]:
    """Return the services of *text*, merge keys resolved."""
    loaded = _load(text)
    found = loaded.get("services", loaded)
    assert isinstance(found, dict)
    return found


def meaning(text: str) -> object:
    """Return what *text* says: fragments resolved, whatever the order where it does not matter."""
    loaded = _load(text)
    return _unordered({key: part for key, part in loaded.items() if not key.startswith("x-")})


def _unordered(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _unordered(part, name) for name, part in value.items()}
    if isinstance(value, list):
        parts = [_unordered(part) for part in value]
        return sorted(parts, key=repr) if key in ("extra_hosts", "depends_on") else parts
    return value


def comments(text: str) -> list[str]:
    """Return the notes that `composing` wrote into *text*, each without what stands before it."""
    lines = (line for line in text.splitlines() if "# note " in line)
    return [line[line.index("# note ") :].rstrip() for line in lines]


def is_within(lines: list[str], text: list[str]) -> bool:
    """Tell whether *lines* stand in *text* in their order, with others in between."""
    rest = iter(text)
    return all(line in rest for line in lines)


def dangling(text: str) -> list[tuple[str, str]]:
    """Return each service with a name that it refers to and that is not there."""
    found = services(text)
    loaded = _load(text)
    return [
        (name, target)
        for name, body in found.items()
        for section, target in _targets(body)
        if target not in (found if section == "services" else loaded.get(section) or {})
    ]


def _targets(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("depends_on", "links", "volumes_from"):
        for word in body.get(key) or ():
            yield "services", word.partition(":")[0]
    for key in NAMESPACES:
        kind, _, target = str(body.get(key)).partition(":")
        if kind == "service":
            yield "services", target
    for network in body.get("networks") or ():
        yield "networks", network
    for config in body.get("configs") or ():
        yield "configs", config["source"] if isinstance(config, dict) else config
