"""The effective services of a document: merge keys, aliases and `extends` resolved, for decisions.

Sources: Compose Specification, "extends" and "Merge" (`!reset` and `!override`).
"""

import posixpath
from collections.abc import Sequence as Row
from dataclasses import replace
from typing import Literal

from composefile.document import SHOWN, Document, deref, load
from composefile.interpolation import fill, resolve
from composefile.labels import LATE, Identity
from composefile.merging import merge_values
from composefile.paths import moved_value
from composefile.project import Project
from composefile.scalars import spelled
from composefile.syntax.parser import Alias, Node, Scalar, Sequence
from composefile.values import (
    Field,
    Value,
    as_written,
    fields,
    pairs,
    plain,
    tagged,
    without,
    words,
)
from faults import Place, UserError

Origin = Literal["own", "merge", "extends", ""]
MAX_EXTENDS = 16
NOT_INHERITED = ("extends",)


class Model:
    """The services of *document* as Compose will see them; values: see `composefile.values`.

    Args:
        document: A Compose file.
        project: What lies around it.
        filled: Values are those that Compose works with on this machine: variables are filled in,
            numbers spelled as it does. Otherwise they are as written, to be decided on.
        below: The files that *document* is put on top of: with ``-f``, or that it includes.
        prefix: The way to its folder from that of the file that extends or includes it.
        depth: How many files extend each other down to this one.
    """

    def __init__(
        self,
        document: Document,
        project: Project,
        *,
        filled: bool = False,
        below: "Row[Model]" = (),
        prefix: str = "",
        depth: int = 0,
    ) -> None:
        self.document = document
        self.project = project
        self.filled = filled
        self.below = below
        self.prefix = prefix
        self.depth = depth
        self._has_tags = "!reset" in document.text or "!override" in document.text
        self._fields: dict[str, dict[str, Field]] = {}
        self._values: dict[tuple[str, str], Value] = {}
        self._bases: dict[str, tuple[Model, str] | None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.document or any(name in model for model in self.below)

    @property
    def names(self) -> list[str]:
        """The names of the services, in the order of the file."""
        below = [name for model in self.below for name in model.names]
        return list(dict.fromkeys([*below, *self.document.names]))

    def keys(self, name: str) -> list[str]:
        """Return the keys that service *name* has, its own and those that it inherits."""
        above = [key for model, other in self._above(name) for key in model.keys(other)]
        found = dict.fromkeys([*above, *self.fields(name)])
        return [key for key in found if key not in NOT_INHERITED]

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

    def known(self, text: str) -> str:
        """Return *text* with its variables resolved; as it stands if nobody can know one."""
        return resolve(text, self.project.variables) or text

    def image(self, name: str) -> str:
        """Return the image of service *name*, as `known`; empty if it has none."""
        value = self.get(name, "image")
        return self.known(value) if isinstance(value, str) else ""

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

    def where(self, name: str, key: str = "", index: int | None = None) -> Place:
        """Return the place of *key* in service *name*; of the service's name if it has none.

        With an *index* it is that of an item of its list, if that stands in this file.
        """
        field = self.fields(name).get(key)
        if field is not None:
            if index is None:
                return self.document.where(field.key)
            return self._where_item(name, key, index)
        for model, other in self._above(name):
            if key in model.keys(other):
                return model.where(other, key, index)
        service = self.document.find(name)
        if service is None and (above := self._above(name)):
            return above[0][0].where(name)
        return self.document.where(service.key) if service else Place(self.document.file)

    def _where_item(self, name: str, key: str, index: int) -> Place:
        # What a service inherits stands in front of its own items.
        for model, other in self._above(name):
            inherited = model.get(other, key)
            count = len(inherited) if isinstance(inherited, list) else 0
            if index < count:
                return model.where(other, key, index)
            index -= count
        field = self.fields(name)[key]
        node = deref(field.node)
        items = node.items if isinstance(node, Sequence) else []
        return self.document.where(items[index] if index < len(items) else field.key)

    def base(self, name: str) -> tuple["Model", str] | None:
        """Return the model and the name of the service that *name* extends; None if it does not."""
        if name not in self._bases:
            found = self._find_base(name)
            self._require_end(name, found)
            self._bases[name] = found
        return self._bases[name]

    def _require_end(self, name: str, base: "tuple[Model, str] | None") -> None:
        """Refuse a circle of `extends` that begins with *base*, in this file or through others."""
        chain = [name]
        while base is not None and base[0] is self:
            if base[1] in chain or len(chain) > MAX_EXTENDS:
                raise self._endless(name)
            chain.append(base[1])
            base = self._find_base(base[1])

    def _endless(self, name: str) -> UserError:
        return UserError(
            f"service {name!r} extends itself, or a chain of more than {MAX_EXTENDS} others",
            fix="end the chain of `extends` with a service that has none",
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

    def identity(self, name: str) -> Identity:
        """Return what the labels of service *name* say that it is.

        Raises:
            UserError: A label of dcgen's does not read as what it should be.
        """
        try:
            written = pairs(self.get(name, "labels"))
            # Ports may be decided when the variant is started.
            numbers = {key: self.known(written[key]) for key in LATE if key in written}
            return Identity.read(written | numbers)
        except UserError as error:
            where = self.where(name, "labels")
            raise UserError(error.what, fix=error.fix, where=where) from error

    def value(self, node: Node | None) -> Value:
        """Return what *node* of the document says: filled in, or as written."""
        return plain(self.document, node, self._filled if self.filled else as_written)

    def _filled(self, scalar: Scalar) -> str | None:
        if scalar.is_null:
            return None
        text = scalar.value if scalar.style or scalar.tag else spelled(scalar.value)
        return fill(text, self.project.environment, self.document.where(scalar))

    def _above(self, name: str) -> list[tuple["Model", str]]:
        # What service *name* inherits from; what counts more is later.
        below = [(model, name) for model in self.below if name in model]
        base = self.base(name)
        return [*below, base] if base else below

    def _resolve(self, name: str, key: str) -> Value:
        field = self.fields(name).get(key)
        node = deref(field.node) if field else None
        gone = tagged(node, "!reset", "!override") if self._has_tags else ()
        value = without(self.value(node), tagged(node, "!reset") if gone else ())
        if key in NOT_INHERITED or () in gone:
            return value
        inherited: Value = None
        for model, other in self._above(name):
            above = model.get(other, key)
            if model is not self and model.prefix:
                above = moved_value(key, above, model.prefix)
            inherited = _over(key, inherited, above)
        return inherited if field is None else _over(key, without(inherited, gone), value)

    def _find_base(self, name: str) -> tuple["Model", str] | None:
        field = self.fields(name).get("extends")
        value = self.value(field.node) if field else None
        if value is None:
            return None
        settings = value if isinstance(value, dict) else {"service": value}
        base, file = settings.get("service"), settings.get("file")
        if not isinstance(base, str):
            return None
        model = self._extended(name, base, file) if isinstance(file, str) else self
        if base not in model.document:
            raise UserError(
                f"service {name!r} extends {base!r}, which is not in {model.document.file!r}",
                fix=f"name one of: {', '.join(model.document.names[:SHOWN])}",
                where=self.where(name, "extends"),
            )
        return (model, base)

    def _extended(self, name: str, base: str, file: str) -> "Model":
        if self.depth >= MAX_EXTENDS:
            raise self._endless(name)
        file = file if self.filled else resolve(file, self.project.variables) or file
        text = self.project.read(file)
        if text is None:
            raise UserError(
                f"service {name!r} extends {base!r} of {file!r}, which cannot be read",
                fix=f"put {file!r} where `extends:` says, relative to the Compose file",
                where=self.where(name, "extends"),
            )
        folder = posixpath.dirname(file)
        return Model(
            load(text, posixpath.join(posixpath.dirname(self.document.file), file)),
            self.project.below(folder),
            filled=self.filled,
            prefix=folder,
            depth=self.depth + 1,
        )


def _over(key: str, old: Value, new: Value) -> Value:
    return new if old is None else merge_values(("services", "*", key), old, new)
