"""Changes to the body of one service, whichever way it is written.

A key may stand in the body itself, come by a merge key, or come by `extends`. Taking it away is a
different edit each time: deleting an own key brings an inherited one back (YAML merge key;
Compose Specification, "extends" and "Merge").
"""

from collections.abc import Callable

from composefile.document import deref
from composefile.model import Model
from composefile.syntax.parser import Alias, Mapping, Node, Scalar, Sequence
from composefile.values import fields, merge_sources, pairs
from generator.editing.edits import (
    Edits,
    append_entry,
    entry_span,
    lines_of,
    remove_entries,
    remove_items,
)
from generator.editing.emit import Emitted, Layout, entry, flow, in_flow
from generator.editing.layout import column_of_body
from generator.editing.rewrite import comments_in, copy_entry, quoted, written


class ServiceEdits:
    """The body of service *name*, and the edits that are wanted of it."""

    def __init__(self, model: Model, name: str, layout: Layout, edits: Edits) -> None:
        self.model = model
        self.name = name
        self.layout = layout
        self.edits = edits
        self.column = column_of_body(model.document, name)
        service = model.document.service(name)
        self.node: Node = service.body
        self._gone: set[str] = set()
        self._added: dict[str, tuple[Emitted, str]] = {}
        self._spread = False

    def drop(self, key: str) -> None:
        """Take *key* away, also where it is inherited."""
        if self.model.inherits(self.name, key):
            self._gone.add(key)
            self._added[key] = ([] if key == "ports" else None, "!reset")
            return
        self._gone.add(key)
        inherited = any(key in fields(source) for source in self._merged())
        if inherited and key == "ports":
            self._added[key] = ([], "")
        elif inherited:
            self._spread = True

    def put(
        self, key: str, value: Emitted, *, comments: bool = True, override: bool = True
    ) -> None:
        """Let *key* have *value*, whatever it had before.

        Without *comments*, those above and below the entry go with what it had. Without
        *override*, *value* says more than before: what the service inherits by `extends` stays
        below it, and comments inside the entry stand above it then.
        """
        if isinstance(self.node, Mapping) and self.node.flow:
            value = in_flow(value)
        tag = "!override" if override and self.model.inherits(self.name, key) else ""
        node = self._own(key)
        if node is None or tag or isinstance(self.node, Alias):
            self._gone.add(key)
            self._added[key] = (value, tag)
            return
        self._replace(key, value, comments=comments, inside=not override)

    def filter(self, key: str, gone: Callable[[str], bool]) -> None:
        """Take those entries out of mapping or list *key* whose name is *gone*."""
        names = pairs(self.model.get(self.name, key))
        out = {name for name in names if gone(name)}
        if not out:
            return
        if out == set(names):
            self.drop(key)
            return
        node = self._own(key)
        if self.model.inherits(self.name, key) or node is None or not _is_direct(node):
            self.put(key, _without(self.value(key), out))
        elif isinstance(node, Mapping):
            remove_entries(self.edits, node, out)
        elif isinstance(node, Sequence):
            remove_items(self.edits, node, _indexes(node, out))

    def value(self, key: str) -> Emitted:
        """Return the value of *key* as one to emit."""
        field = self.model.fields(self.name).get(key)
        if field is None or self.model.inherits(self.name, key):
            return quoted(self.model.get(self.name, key))
        return written(field.node)

    def is_dropped(self, key: str) -> bool:
        """Return whether *key* goes."""
        return key in self._gone

    def finish(self) -> None:
        """Make the edits: what goes, then what is added behind the last entry."""
        if isinstance(self.node, Alias):
            self._open_alias()
            return
        assert isinstance(self.node, Mapping)  # noqa: S101 - `service` has refused anything else
        spread = self._spread_text() if self._spread else ""
        gone = self._gone | ({"<<"} if self._spread else set())
        own = {key.value for key, _ in self.node.entries if isinstance(key, Scalar)}
        if self.node.flow and self._spread:
            self._rewrite_flow(gone)
            return
        lines, inline = [spread] if spread else [], []
        for key, (value, tag) in self._added.items():
            lines.append(entry(key, value, self.layout, self.column, tag))
            inline.append(f"{key}: {tag + ' ' if tag else ''}{flow(value)}")
        if self.node.flow and own <= gone:
            self.edits.replace(self.node.start, self.node.end, f"{{{', '.join(inline)}}}")
            return
        remove_entries(self.edits, self.node, gone & own)
        if lines:
            append_entry(self.edits, self.node, "".join(lines), ", ".join(inline))

    def _own(self, key: str) -> Node | None:
        field = self.model.fields(self.name).get(key)
        return field.node if field and field.own else None

    def _merged(self) -> list[Mapping]:
        if isinstance(self.node, Alias):
            target = deref(self.node)
            return [target] if isinstance(target, Mapping) else []
        assert isinstance(self.node, Mapping)  # noqa: S101 - `service` has refused anything else
        values = [
            value
            for key, value in self.node.entries
            if isinstance(key, Scalar) and key.value == "<<"
        ]
        return [source for value in values for source in merge_sources(value)]

    def _replace(self, key: str, value: Emitted, *, comments: bool, inside: bool) -> None:
        field = self.model.fields(self.name)[key]
        if field.owner.flow:
            self.edits.replace(field.node.start, field.node.end, flow(value))
            return
        span = lines_of(self.edits.text, field.key.start, max(field.key.end, field.node.end))
        if not comments:
            span = entry_span(self.edits.text, field.key, field.node)
        text = entry(key, value, self.layout, self.column)
        if inside:
            found = comments_in(self.edits.text, field.node, span)
            kept = [self.edits.text[part.start : part.end].strip() for part in found]
            pad, newline = " " * self.column, self.layout.newline
            text = "".join(f"{pad}{line}{newline}" for line in kept) + text
        at_end = not self.edits.text[: span.end].endswith("\n")
        self.edits.replace(span.start, span.end, text.rstrip("\r\n") if at_end else text)

    def _spread_text(self) -> str:
        """The entries that come by merge keys, written out, without those that go."""
        return "".join(
            copy_entry(self.model.document, field, self.layout, self.column)
            for key, field in self.model.fields(self.name).items()
            if not field.own and key not in self._gone
        )

    def _rewrite_flow(self, gone: set[str]) -> None:
        kept: dict[str, Emitted] = {
            key: written(field.node)
            for key, field in self.model.fields(self.name).items()
            if key not in gone
        }
        kept |= {key: value for key, (value, _) in self._added.items()}
        self.edits.replace(self.node.start, self.node.end, flow(kept))

    def _open_alias(self) -> None:
        """``one: *template`` becomes a block with a merge key, to which entries can be added."""
        text, newline = self.edits.text, self.layout.newline
        node = self.node
        key = self.model.document.service(self.name).key
        colon = text.index(":", key.end) + 1
        if self._spread:
            body = self._alias_text()
        else:
            body = f"{' ' * self.column}<<: {text[node.start : node.end]}{newline}"
        body += "".join(
            entry(name, value, self.layout, self.column, tag)
            for name, (value, tag) in self._added.items()
        )
        self.edits.replace(colon, node.end, newline + body.rstrip("\r\n"))

    def _alias_text(self) -> str:
        return "".join(
            copy_entry(self.model.document, field, self.layout, self.column)
            for key, field in self.model.fields(self.name).items()
            if key not in self._gone
        )


def _is_direct(node: Node) -> bool:
    if isinstance(node, Mapping):
        return not any(isinstance(key, Scalar) and key.value == "<<" for key, _ in node.entries)
    return isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items)


def _indexes(node: Sequence, names: set[str]) -> set[int]:
    return {
        index
        for index, item in enumerate(node.items)
        if isinstance(item, Scalar) and item.value.partition("=")[0] in names
    }


def _without(value: Emitted, names: set[str]) -> Emitted:
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if key not in names}
    if isinstance(value, list):
        return [part for part in value if str(part).partition("=")[0] not in names]
    return value
