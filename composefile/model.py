"""The effective services of a document: merge keys, aliases and `extends` resolved, for decisions.

Sources: Compose Specification, "extends" (mappings merge, sequences append, scalars replace) and
"Merge" (`!reset` and `!override`).
"""

import posixpath
from dataclasses import replace
from pathlib import Path
from typing import Literal

from composefile.document import Document, deref, load
from composefile.interpolation import resolve
from composefile.project import Project
from composefile.syntax.parser import Alias
from composefile.values import Field, Value, fields, plain, words
from faults import Place, UserError

Origin = Literal["own", "merge", "extends", ""]
MAX_EXTENDS = 16
NOT_INHERITED = ("extends",)


class Model:
    """The services of *document* as Compose will see them; values: see `composefile.values`."""

    def __init__(self, document: Document, project: Project, *, depth: int = 0) -> None:
        self.document = document
        self.depth = depth  # files that extend each other down to this one
        self.project = project
        self._fields: dict[str, dict[str, Field]] = {}
        self._values: dict[tuple[str, str], Value] = {}
        self._bases: dict[str, tuple[Model, str] | None] = {}

    @property
    def names(self) -> list[str]:
        """The names of the services, in the order of the file."""
        return self.document.names

    def fields(self, name: str) -> dict[str, Field]:
        """Return what the body of service *name* holds, merge keys resolved, `extends` not."""
        if name not in self._fields:
            service = self.document.find(name)
            found = fields(service.body, self.document.file) if service else {}
            if service and isinstance(service.body, Alias):
                # What an alias names is somebody else's to define: no edit may reach it.
                found = {key: replace(field, own=False) for key, field in found.items()}
            self._fields[name] = found
        return self._fields[name]

    def get(self, name: str, key: str) -> Value:
        """Return the effective value of *key* in service *name*; None if it has none."""
        if (name, key) not in self._values:
            self._values[name, key] = self._resolve(name, key)
        return self._values[name, key]

    def shown(self, name: str, key: str) -> str | None:
        """Return the text of *key* with its variables resolved; None if nobody can know it."""
        value = self.get(name, key)
        return resolve(value, self.project.variables) if isinstance(value, str) else None

    def origin(self, name: str, key: str) -> Origin:
        """Return where *key* of service *name* comes from; ``""`` if it has none."""
        field = self.fields(name).get(key)
        if field is not None:
            return "own" if field.own else "merge"
        base = self.base(name)
        if base is not None and key not in NOT_INHERITED and base[0].get(base[1], key) is not None:
            return "extends"
        return ""

    def inherits(self, name: str, key: str) -> bool:
        """Tell whether service *name* gets a value of *key* by `extends`, own value or not."""
        base = self.base(name)
        return (
            base is not None and key not in NOT_INHERITED and base[0].get(base[1], key) is not None
        )

    def where(self, name: str, key: str = "") -> Place:
        """Return the place of *key* in service *name*; of the service's name if it has none."""
        field = self.fields(name).get(key)
        if field is not None:
            return self.document.where(field.key)
        service = self.document.find(name)
        return self.document.where(service.key) if service else Place(self.document.file)

    def base(self, name: str) -> tuple["Model", str] | None:
        """Return the model and the name of the service that *name* extends; None if it does not."""
        if name not in self._bases:
            self._bases[name] = self._find_base(name)
            self._require_end(name)
        return self._bases[name]

    def _require_end(self, name: str) -> None:
        """Refuse a circle of `extends`, in this file or through others."""
        chain, base = [name], self._bases[name]
        while base is not None and base[0] is self:
            if base[1] in chain or len(chain) > MAX_EXTENDS:
                raise self._endless(name)
            chain.append(base[1])
            base = self._find_base(base[1])

    def _endless(self, name: str) -> UserError:
        return UserError(
            f"service {name!r} extends itself, or more than {MAX_EXTENDS} others in a row",
            fix="let the row of `extends` end in a service that extends none",
            where=self.where(name, "extends"),
        )

    def networks(self, name: str) -> dict[str, dict[str, Value]] | None:
        """Return the networks of service *name* with their settings.

        A service without `networks` is on ``default``. None if it is on none of the project's
        networks: the v1 format, or a `network_mode` of its own.
        """
        if self.document.v1 or isinstance(self.get(name, "network_mode"), str):
            return None
        value = self.get(name, "networks")
        if isinstance(value, dict) and value:
            return {key: item if isinstance(item, dict) else {} for key, item in value.items()}
        listed = words(value)
        return {key: {} for key in listed} if listed else {"default": {}}

    def _resolve(self, name: str, key: str) -> Value:
        field = self.fields(name).get(key)
        node = deref(field.node) if field else None
        tag = node.tag if node else None
        value = None if tag == "!reset" else plain(self.document, node)
        base = self.base(name)
        if base is None or key in NOT_INHERITED or tag in ("!reset", "!override"):
            return value
        return _merge(base[0].get(base[1], key), value)

    def _find_base(self, name: str) -> tuple["Model", str] | None:
        field = self.fields(name).get("extends")
        value = plain(self.document, field.node) if field else None
        if value is None:
            return None
        settings = value if isinstance(value, dict) else {"service": value}
        base, file = settings.get("service"), settings.get("file")
        if not isinstance(base, str):
            return None
        if not isinstance(file, str):
            return (self, base) if base in self.document else None
        if self.depth >= MAX_EXTENDS:
            raise self._endless(name)
        text = self.project.read(file)
        if text is None:
            raise UserError(
                f"service {name!r} extends {base!r} of {file!r}, which cannot be read",
                fix=f"put {file!r} where `extends:` says, relative to the Compose file",
                where=self.where(name, "extends"),
            )
        folder = self.project.folder or Path()
        other = load(text, posixpath.join(posixpath.dirname(self.document.file), file))
        return (
            (Model(other, Project(folder / posixpath.dirname(file)), depth=self.depth + 1), base)
            if base in other
            else None
        )


def _merge(base: Value, value: Value) -> Value:
    if value is None or base is None:
        return base if value is None else value
    if isinstance(base, dict) and isinstance(value, dict):
        return {**base, **{key: _merge(base.get(key), item) for key, item in value.items()}}
    if isinstance(base, list) and isinstance(value, list):
        return [*base, *(item for item in value if item not in base)]
    return value
