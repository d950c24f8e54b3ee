"""What Compose makes of a value that two files give, or a service and the one that it extends.

Mappings merge, sequences append, scalars replace; `RULES` has what differs by the place of a key.
Source: Compose Specification, "Merge"; where it is silent, `docker compose config` of 2.26 and 2.40
(``make merges`` compares with both).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from composefile.merging_unique import UNIQUE
from composefile.syntax.nodes import Value

Path = tuple[str, ...]
Rule = Callable[[Path, Value, Value], Value]

# Below these the names are the person's own, in whatever place they stand.
_NAMED_BELOW = ("networks", "ulimits")


def merge_values(path: Path, old: Value, new: Value) -> Value:
    """Return what Compose makes of *old* and, over it, *new*.

    Args:
        path: Where the value stands, from the top of the file: ``("services", "web", "ports")``.
        old: The value so far.
        new: What is said on top; None says nothing, but for the entries of a mapping that may also
            be written as a list.
    """
    place = _place(path)
    rule = RULES.get(place, _plain)
    merged = rule(path, old, new)
    identity = UNIQUE.get(place)
    return _unique(merged, identity) if identity and isinstance(merged, list) else merged


def merge_mappings(path: Path, old: Mapping[str, Value], new: Mapping[str, Value]) -> Value:
    """Return the mapping *old* with the entries of *new* merged in, each by its own rule."""
    merged = dict(old)
    for key, value in new.items():
        merged[key] = merge_values((*path, key), old[key], value) if key in old else value
    return merged


def _place(path: Path) -> str:
    words = list(path)
    if len(words) > 1:
        words[1] = "*"
    if len(words) > 3 and words[2] in _NAMED_BELOW:  # noqa: PLR2004 - services.*.networks.NAME
        words[3] = "*"
    return ".".join(words)


def _plain(path: Path, old: Value, new: Value) -> Value:
    if new is None:
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        return merge_mappings(path, old, new)
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    return new


def _replace(_path: Path, _old: Value, new: Value) -> Value:
    return new


def _build(path: Path, old: Value, new: Value) -> Value:
    return _plain(path, _as_build(old), _as_build(new))


def _as_build(value: Value) -> Value:
    return {"context": value} if isinstance(value, str) else value


def _logging(path: Path, old: Value, new: Value) -> Value:
    if isinstance(old, dict) and isinstance(new, dict):
        drivers = {part["driver"] for part in (old, new) if isinstance(part.get("driver"), str)}
        if len(drivers) > 1:
            return new
    return _plain(path, old, new)


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A mapping that may be a list of its keys; *settings* are what a key of a list stands for."""

    settings: Callable[[], Value]

    def __call__(self, path: Path, old: Value, new: Value) -> Value:
        if isinstance(old, list) and isinstance(new, list):
            return list(dict.fromkeys(str(item) for item in [*old, *new]))
        return _plain(path, self._mapping(old), self._mapping(new))

    def _mapping(self, value: Value) -> Value:
        if isinstance(value, list):
            return {str(item): self.settings() for item in value}
        return value


def _pairs(path: Path, old: Value, new: Value) -> Value:
    for value in (old, new):
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            return _plain(path, old, new)  # no words: Compose will say so
    before, after = _as_pairs(old), _as_pairs(new)
    return {**before, **after}


def _labels(path: Path, old: Value, new: Value) -> Value:
    merged = _pairs(path, old, new)
    listed = [word for value in (old, new) if isinstance(value, list) for word in value]
    if not isinstance(merged, dict):
        return merged
    # An item without a value is an empty label; in a mapping, docker-compose 1.x refuses null.
    return {key: "" if part is None and key in listed else part for key, part in merged.items()}


def _as_pairs(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    found: dict[str, Value] = {}
    for item in value if isinstance(value, list) else []:
        name, equals, text = str(item).partition("=")
        found[name] = text if equals else None
    return found


def _sequence(_path: Path, old: Value, new: Value) -> Value:
    return [*_as_list(old), *_as_list(new)]


def _as_list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _hosts(_path: Path, old: Value, new: Value) -> Value:
    items = _unique([*_as_hosts(old), *_as_hosts(new)], repr)
    return [_with_colon(item, items) for item in items]


def _with_colon(item: Value, items: list[Value]) -> Value:
    # docker-compose 1.x knows no other form; what stands there in both is two for Compose 2.
    spoken = item.replace("=", ":", 1) if isinstance(item, str) else item
    return item if spoken in items else spoken


def _as_hosts(value: Value) -> list[Value]:
    if not isinstance(value, dict):
        return _as_list(value)
    return [f"{name}={address}" for name, given in value.items() for address in _as_list(given)]


def _subnets(path: Path, old: Value, new: Value) -> Value:
    # What the later file says is all that counts; of the same subnet it need not repeat the rest.
    if not isinstance(old, list) or not isinstance(new, list):
        return _plain(path, old, new)
    known = {item.get("subnet"): item for item in old if isinstance(item, dict)}
    return [
        merge_mappings(path, known.get(item.get("subnet"), {}), item)
        if isinstance(item, dict)
        else item
        for item in new
    ]


def _unique(items: list[Value], identity: Callable[[Value], object]) -> list[Value]:
    # What says more of the same thing stands where the first did.
    found: dict[object, Value] = {}
    for item in items:
        found[identity(item)] = item
    return list(found.values())


RULES: Mapping[str, Rule] = {
    "services.*.annotations": _pairs,
    "services.*.build": _build,
    "services.*.build.additional_contexts": _pairs,
    "services.*.build.args": _pairs,
    "services.*.build.extra_hosts": _hosts,
    "services.*.build.labels": _labels,
    "services.*.command": _replace,
    "services.*.depends_on": _Keyed(lambda: {"condition": "service_started"}),
    "services.*.deploy.labels": _labels,
    "services.*.dns": _sequence,
    "services.*.dns_opt": _sequence,
    "services.*.dns_search": _sequence,
    "services.*.entrypoint": _replace,
    "services.*.env_file": _sequence,
    "services.*.environment": _pairs,
    "services.*.extra_hosts": _hosts,
    "services.*.healthcheck.test": _replace,
    "services.*.label_file": _sequence,
    "services.*.labels": _labels,
    "services.*.logging": _logging,
    "services.*.networks": _Keyed(lambda: None),
    "services.*.sysctls": _pairs,
    "services.*.tmpfs": _sequence,
    "services.*.ulimits.*": _replace,
    "networks.*.ipam.config": _subnets,
    "networks.*.labels": _labels,
    "volumes.*.labels": _labels,
}
