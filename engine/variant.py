"""A variant as the engine reads it: the services of a Compose file, merged and filled in.

Nothing here remembers how the file was made; what a generated service is, its labels say.
"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

from composefile import labels
from composefile.interpolation import fill
from composefile.project import Project
from faults import Place, UserError


@dataclass(frozen=True, slots=True)
class Service:
    """One entry under ``services:``.

    Attributes:
        name: Its key.
        keys: Its definition as plain values, merge keys resolved and variables filled in.
        folder: What its relative paths start from.
        place: The line of its name.
        lines: Line of a key (``ports``) or of an item of a list (``ports.0``).
    """

    name: str
    keys: Mapping[str, Any]
    folder: Path
    place: Place
    lines: Mapping[str, int] = field(default_factory=dict)

    def where(self, key: str) -> Place:
        """Return the place of *key* (``ports``, ``ports.0``), else of the service."""
        line = self.lines.get(key) or self.lines.get(key.partition(".")[0])
        return Place(self.place.file, line) if line else self.place

    def words(self, key: str) -> list[str]:
        """Return *key*'s list as strings; a single value is a list of one, a map its keys."""
        value = self.keys.get(key)
        if value is None:
            return []
        return [str(v) for v in value] if isinstance(value, list | dict) else [str(value)]

    def pairs(self, key: str, separator: str = "=") -> dict[str, str | None]:
        """Return *key* as a map, also when it is written as a list of ``name=value``.

        A name without a value (``- NAME``, ``NAME:``) maps to None.
        """
        value = self.keys.get(key)
        if isinstance(value, dict):
            return {str(k): None if v is None else _scalar(v) for k, v in value.items()}
        pairs: dict[str, str | None] = {}
        for word in self.words(key):
            name, found, rest = word.partition(separator)
            pairs[name.strip()] = rest if found else None
        return pairs

    def label(self, name: str) -> str | None:
        """Return the text of label *name*, None if it is not there."""
        return self.pairs("labels").get(name)

    @property
    def role(self) -> str | None:
        """``balancer``, ``replica`` or ``ambassador``; None for a service dcgen did not make."""
        return self.label(labels.ROLE)


@dataclass(frozen=True, slots=True)
class Variant:
    """A Compose file as it will run.

    Attributes:
        file: Where it stands, or would.
        services: Name to service.
        v1: It has no ``services:`` key.
        configs: The ``content`` of the entries of ``configs:`` that have one.
    """

    file: Path
    services: Mapping[str, Service]
    v1: bool = False
    configs: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services.values())


def read(file: Path) -> Variant:
    """Return the variant in *file*; relative paths in it start from its folder.

    Raises:
        UserError: It is not there, not YAML, or not a Compose file.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        what = f"cannot read '{file}': {reason}"
        raise UserError(what, fix="name a Compose file with -f") from error
    return parse(text, file)


def parse(text: str, file: Path) -> Variant:
    """Return the variant that *text* describes, read as if it stood in *file*.

    Services whose ``profiles`` are not in ``COMPOSE_PROFILES`` are left out, as Compose does.

    Raises:
        UserError: *text* is not YAML, or not a Compose file.
    """
    root = _load(text, file)
    whole = Place(str(file))
    if not isinstance(root, CommentedMap):
        raise UserError("this is not a Compose file", fix="give one with services", where=whole)
    v1 = is_v1(text, file)
    bodies = root if v1 else root.get("services")
    if not isinstance(bodies, CommentedMap) or not bodies:
        raise UserError("there is no service in this file", fix="add 'services:'", where=whole)
    values = Project(file.parent).environment
    active = set(filter(None, values.get("COMPOSE_PROFILES", "").split(",")))
    services = (_service(name, bodies, file, values) for name in bodies)
    chosen = {s.name: s for s in services if _is_active(s, active)}
    return Variant(file, chosen, v1=v1, configs={} if v1 else dict(_contents(root, file, values)))


def is_v1(text: str, file: Path) -> bool:
    """Return whether *text* is in the first Compose format, where services are the top level.

    Raises:
        UserError: *text* is not YAML.
    """
    root = _load(text, file)
    later = {"services", "version", "include", "name"}
    return isinstance(root, CommentedMap) and bool(root) and not later & root.keys()


def _contents(
    root: CommentedMap, file: Path, values: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    configs = root.get("configs")
    for name, body in configs.items() if isinstance(configs, CommentedMap) else ():
        content = body.get("content") if isinstance(body, CommentedMap) else None
        if content is not None:
            yield str(name), _plain(content, values, Place(str(file), _line(configs, name)))


def _load(text: str, file: Path) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            return YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Place(str(file), mark.line + 1 if mark else 0)
        problem = (error.problem or "this is not YAML").strip()
        raise UserError(problem, fix="correct the YAML on this line", where=where) from error
    except YAMLError as error:
        where = Place(str(file))
        raise UserError(f"this is not YAML: {error}", fix="correct it", where=where) from error


def _service(name: object, bodies: CommentedMap, file: Path, values: Mapping[str, str]) -> Service:
    place = Place(str(file), _line(bodies, name))
    body = bodies[name]
    if not isinstance(body, CommentedMap):
        what = f"service '{name}' has no definition"
        raise UserError(what, fix="give it an 'image' or a 'build'", where=place)
    lines = {}
    for key, value in body.items():
        lines[str(key)] = _line(body, key)
        for index in range(len(value) if isinstance(value, CommentedSeq) else 0):
            lines[f"{key}.{index}"] = value.lc.item(index)[0] + 1
    keys = {
        str(k): _plain(v, values, Place(str(file), lines[str(k)] or place.line))
        for k, v in body.items()
    }
    return Service(str(name), keys, file.parent, place, lines)


def _line(node: CommentedMap, key: object) -> int:
    try:
        return int(node.lc.key(key)[0]) + 1
    except (KeyError, TypeError):
        return 0  # a merged key stands elsewhere


def _plain(node: object, values: Mapping[str, str], where: Place) -> Any:  # noqa: ANN401 - YAML
    if isinstance(node, dict):
        return {str(k): _plain(v, values, where) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v, values, where) for v in node]
    if isinstance(node, str):
        return fill(str(node), values, where)
    return node


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_active(service: Service, active: set[str]) -> bool:
    profiles = service.words("profiles")
    return not profiles or bool(active & set(profiles)) or "*" in active
