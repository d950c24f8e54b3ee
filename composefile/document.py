"""A Compose file as dcgen sees it: its text, the tree of that text, and its services by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from composefile import interpolation
from composefile.syntax import parser as tree
from composefile.syntax.parser import Alias, Mapping, Node, Scalar, Sequence
from faults import Place, UserError, nearest

# What only a Compose file of a later format has at its top (Compose Specification, "Compose file").
SECTIONS = ("version", "name", "services", "networks", "volumes", "secrets", "configs", "include")
SERVICE_DEPTH = 2  # in the v1 format: a service's own keys
SHOWN = 12  # names in a message; a file may hold thousands
# What tells that a top-level mapping is a service of the v1 format.
SERVICE_KEYS = ("image", "build", "extends", "dockerfile", "command", "links", "ports", "net")


@dataclass(slots=True, eq=False)
class Service:
    """A service of the file: the node of its name, and its body as it stands there."""

    name: str
    key: Scalar
    body: Node


@dataclass(slots=True, eq=False)
class Document:
    """The text of one Compose file; *file* is how messages call it.

    *v1* tells the format without ``services:``, where services are the top level. *services* is
    the mapping that holds them. *origins* are the places of the nodes that begin at an offset, if
    it was made of other files: see `composefile.origins`.
    """

    text: str
    file: str
    end: int
    root: Mapping
    services: Mapping
    v1: bool
    version: str | None
    origins: dict[int, Place] = field(default_factory=dict)
    _index: dict[str, Service] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Service]:
        return iter(self._index.values())

    def __contains__(self, name: str) -> bool:
        return name in self._index

    @property
    def names(self) -> list[str]:
        """The names of the services, in the order of the file."""
        return list(self._index)

    @property
    def is_v2(self) -> bool:
        """Whether it says that it is in a 2.x format, which docker-compose 1.x is run on."""
        return re.fullmatch(r"2(\.\d+)?", self.version or "") is not None

    def find(self, name: str) -> Service | None:
        """Return the service called *name*, whatever its body; None if there is none."""
        return self._index.get(name)

    def service(self, name: str) -> Service:
        """Return the service called *name*.

        Raises:
            UserError: There is none, or its body is empty.
        """
        if name not in self._index:
            self._unknown(name)
        service = self._index[name]
        body = deref(service.body)
        if not isinstance(body, Mapping) or not body.entries:
            raise UserError(
                f"service {name!r} is empty",
                fix=f"give {name!r} an `image:` or a `build:`",
                where=self.where(service.key),
            )
        return service

    def where(self, node: Node) -> Place:
        """Return the place of *node* in the file; where it was made of others, in the other."""
        return self.origins.get(node.start) or Place(self.file, node.line + 1)

    def section(self, name: str) -> Mapping | None:
        """Return the top-level mapping *name*, such as ``networks``; None if it is not there."""
        node = deref(own(self.root, name))
        return node if isinstance(node, Mapping) and not self.v1 else None

    def _unknown(self, name: str) -> NoReturn:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        # Case last: `RNG` is nearer to `rng` than any letter is to another.
        lower = {other.lower(): other for other in self._index}
        near = [lower[found] for found in get_close_matches(name.lower(), lower, n=1)]
        names = ", ".join(list(self._index)[:SHOWN]) + (", …" if len(self._index) > SHOWN else "")
        where = Place(self.file, self.services.line + 1 if self.v1 else _services_line(self.root))
        include = own(self.root, "include")
        if include is not None and not near and not self.v1:
            fix = f"give the file that defines {name!r} with `-f`, or choose from: {names}"
            raise UserError(
                f"no service named {name!r} here; the file includes others", fix=fix, where=where
            )
        fix = f"did you mean {near[0]!r}?" if near else f"choose one of: {names}"
        raise UserError(f"no service named {name!r}", fix=fix, where=where)


def load(text: str, file: str, *, fragment: bool = False) -> Document:
    """Return the Compose document that *text* is; *file* is what messages call it.

    A *fragment* is a file that others are merged with: it may say only a part, of a service too.
    A file that includes others, or a fragment, may have no service of its own.

    Raises:
        UserError: It is not YAML, or not a Compose file.
    """
    parsed = tree.parse(text, file)
    root = parsed.root
    if fragment and root is None:
        root = Mapping(parsed.end, parsed.end, 0, 0)
    elif not isinstance(root, Mapping) or not (root.entries or fragment):
        found = "nothing" if root is None or _is_null(root) else "no mapping"
        raise UserError(
            f"not a Compose file: it holds {found}",
            fix="begin the file with `services:`",
            where=Place(file, root.line + 1 if root and found != "nothing" else 0),
        )
    services, v1 = _services(root, file, fragment=fragment)
    _check_repeated(parsed.repeated, file, v1=v1)
    if "${" in text:
        _check_variables(root, file)
    version = own(root, "version")
    document = Document(
        text=text,
        file=file,
        end=parsed.end,
        root=root,
        services=services,
        v1=v1,
        version=version.value if isinstance(version, Scalar) and not v1 else None,
    )
    for key, body in services.entries:
        if fragment:
            _check_body(key, deref(body), file)
        if isinstance(key, Scalar) and not key.value:
            raise UserError(
                "a service has no name",
                fix="write its name in front of the colon",
                where=Place(file, key.line + 1),
            )
        if isinstance(key, Scalar) and key.value != "<<":
            document._index[key.value] = Service(key.value, key, body)
    return document


def _check_body(key: Node, body: Node | None, file: str) -> None:
    # What is merged must be a mapping; an empty body says nothing, or `!reset`.
    if not isinstance(body, Mapping) and not _is_null(body):
        name = key.value if isinstance(key, Scalar) else ""
        raise UserError(
            f"the body of service {name!r} is not a mapping",
            fix=f"write the settings of {name!r} as `key: value` below it",
            where=Place(file, key.line + 1),
        )


def deref(node: Node | None) -> Node | None:
    """Return what *node* stands for: the target of an alias, else itself."""
    while isinstance(node, Alias):
        node = node.target
    return node


def own(mapping: Node | None, key: str) -> Node | None:
    """Return the value that stands under *key* in *mapping* itself; None if there is none."""
    if isinstance(mapping, Mapping):
        for name, value in mapping.entries:
            if isinstance(name, Scalar) and name.value == key:
                return value
    return None


def _check_repeated(repeated: list[tuple[Scalar, int]], file: str, *, v1: bool) -> None:
    # docker-compose 1.x, the one reader of the v1 format, takes the last; Compose 2 refuses.
    for key, depth in repeated:
        if not v1 or depth <= SERVICE_DEPTH:
            raise UserError(
                f"the key {key.value!r} appears twice in one mapping",
                fix="remove one of the two",
                where=Place(file, key.line + 1),
            )


def _check_variables(root: Mapping, file: str) -> None:
    # Compose fills in every value, also of a section that nothing uses, but no key.
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in reversed(node.entries)]
        elif isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Scalar) and "${" in node.value:
            interpolation.check(node.value, Place(file, node.line + 1))


def _is_null(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _services_line(root: Mapping) -> int:
    for key, _ in root.entries:
        if isinstance(key, Scalar) and key.value == "services":
            return key.line + 1
    return root.line + 1


def _services(root: Mapping, file: str, *, fragment: bool) -> tuple[Mapping, bool]:
    services = deref(own(root, "services"))
    if services is None and not _may_lack_services(root, fragment=fragment):
        return _v1_services(root, file, fragment=fragment), True
    if isinstance(services, Mapping) and services.entries:
        if _is_a_service(services):
            return _v1_services(root, file, fragment=fragment), True
    elif services is not None and not (fragment and isinstance(services, Mapping)):
        where = Place(file, _services_line(root))
        raise UserError(
            "`services:` is empty", fix="define at least one service under it", where=where
        )
    _check_top(root, file)
    if isinstance(services, Mapping):
        return services, False
    return Mapping(root.end, root.end, root.line, root.column), False


def _is_a_service(services: Mapping) -> bool:
    # In the v1 format a service may be called "services"; in any other, one "image" or "build".
    values = (deref(own(services, key)) for key in ("image", "build"))
    return any(isinstance(value, Scalar) and not value.is_null for value in values)


def _may_lack_services(root: Mapping, *, fragment: bool) -> bool:
    if isinstance(deref(own(root, "include")), Sequence):
        return True
    keys = [key.value for key, _ in root.entries if isinstance(key, Scalar)]
    known = [key in (*SECTIONS, "models") or key.startswith("x-") for key in keys]
    return fragment and all(known)


def _check_top(root: Mapping, file: str) -> None:
    for key, _ in root.entries:
        name = key.value if isinstance(key, Scalar) else ""
        if name not in (*SECTIONS, "models", "<<") and not name.startswith("x-"):
            fix = nearest(name, (*SECTIONS, "models"), f"name it 'x-{name}', or indent it")
            raise UserError(
                f"{name!r} is not a top-level key of a Compose file",
                fix=fix,
                where=Place(file, key.line + 1),
            )


def _v1_services(root: Mapping, file: str, *, fragment: bool) -> Mapping:
    for key, value in root.entries:
        name = key.value if isinstance(key, Scalar) else ""
        body = deref(value)
        where = Place(file, key.line + 1)
        if name in ("version", "name", "include") and isinstance(body, Scalar):
            raise UserError(
                f"the file has {name!r} at its top but no `services:`",
                fix="add `services:` above the services, or give the main file as well",
                where=where,
            )
        if not isinstance(body, Mapping):
            raise UserError(
                f"not a Compose file: {name!r} at its top is neither a section nor a service",
                fix="put the services under `services:`",
                where=where,
            )
        said = any(own(body, word) is not None for word in (*SERVICE_KEYS, "<<"))
        if not said and not fragment:
            raise UserError(
                f"not a Compose file: {name!r} has no `image:` and no `build:`",
                fix="put the services under `services:`",
                where=where,
            )
    return root
