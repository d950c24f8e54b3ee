"""The syntax tree of a YAML text: what stands where, so that an edit can spare every other byte.

ruamel.yaml parses; this module only hangs its events on a tree with offsets into the text. An alias
stays an alias (it is never expanded here), so a file whose aliases would grow without end costs
nothing. The tree says nothing about Compose.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from composefile.syntax.nodes import Alias, Mapping, Node, Scalar, Sequence, walk
from composefile.syntax.tabs import read_with_tabs
from faults import Place, UserError

__all__ = ["Alias", "Mapping", "Node", "Scalar", "Sequence", "Tree", "parse", "walk"]

MAX_CHARACTERS = 8 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 250_000
_LONE_CR = re.compile(r"\r(?!\n)")


@dataclass(slots=True, eq=False)
class Tree:
    """The one document of a text: *root* is None if it holds nothing.

    *end* is where content may be appended: behind the last line of the document, in front of an
    end marker (``...``). *repeated* are the keys that a mapping had already, each with its depth:
    1 at the top.
    """

    root: Node | None
    end: int
    repeated: list[tuple[Scalar, int]]


def parse(text: str, file: str) -> Tree:
    """Return the tree of *text*, which was read from *file*.

    Raises:
        UserError: The text is no YAML, holds several documents, is larger than 8 Mi characters or
            250,000 values, nests deeper than 64 levels, or has lines that only CR ends.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"the file has {len(text)} characters; dcgen reads at most {MAX_CHARACTERS}",
            fix="split the file with `include:`",
            where=Place(file),
        )
    alone = _LONE_CR.search(text) if "\r" in text else None
    if alone:
        raise UserError(
            "the line ends with a carriage return alone",
            fix="save the file with LF or CRLF line ends",
            where=Place(file, text.count("\n", 0, alone.start()) + 1),
        )
    try:
        return read_with_tabs(
            text,
            lambda readable: _Builder(text, file).build(
                YAML(typ="safe", pure=True).parse(readable)
            ),
        )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise UserError(f"not YAML: {problem}", fix=_FIX, where=Place(file, line)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"not YAML: the character {chr(error.character)!r} is not allowed"
        raise UserError(what, fix="remove that character", where=Place(file, line)) from error
    except (YAMLError, ValueError, RecursionError, AttributeError, IndexError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"not YAML: {problem}", fix=_FIX, where=Place(file)) from error


_FIX = "correct the YAML; `docker compose config` reports the same error"


class _Builder:
    """Hangs events on a tree, without recursion."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.anchors: dict[str, Node] = {}
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []  # for each open mapping: a key that waits for its value
        self.seen: list[set[str]] = []  # for each open node: the keys that it has
        self.root: Node | None = None
        self.end = len(text)
        self.documents = 0
        self.nodes = 0
        self.repeated: list[tuple[Scalar, int]] = []

    def build(self, events: Iterator[Event]) -> Tree:
        for event in events:
            if isinstance(event, NodeEvent):
                self._node(event)
            elif isinstance(event, DocumentStartEvent):
                self._document(event)
            elif isinstance(event, DocumentEndEvent):
                self.end = event.start_mark.index if event.explicit else len(self.text)
            elif self.stack and type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
                self._close(event)
        return Tree(self.root, self.end, self.repeated)

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise UserError(
                "the file holds several YAML documents; Compose reads one",
                fix="keep one document in the file, and give the others as files of their own",
                where=Place(self.file, event.start_mark.line + 1),
            )

    def _node(self, event: NodeEvent) -> None:
        start, end = event.start_mark, event.end_mark
        place = (start.index, end.index, start.line, start.column)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise UserError(
                f"the file holds more than {MAX_NODES} values",
                fix="split the file with `include:`",
                where=Place(self.file, start.line + 1),
            )
        anchor = str(event.anchor) if event.anchor else None
        node: Node
        if isinstance(event, AliasEvent):
            name = anchor or ""
            self._attach(Alias(*place, name=name, target=self._target(name, start.line + 1)))
            return
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, place, anchor)
        elif isinstance(event, MappingStartEvent):
            node = Mapping(*place, anchor, _tag(event), flow=bool(event.flow_style))
        else:
            assert isinstance(event, SequenceStartEvent)  # noqa: S101 - no other kind exists
            node = Sequence(*place, anchor, _tag(event), flow=bool(event.flow_style))
        if anchor:
            self.anchors[anchor] = node
        self._attach(node)
        if not isinstance(node, Scalar):
            self._open(node)

    def _target(self, name: str, line: int) -> Node:
        target = self.anchors.get(name)
        what, fix = f"no anchor named {name!r}", f"define &{name} above, or correct the name"
        if any(target is open_node for open_node in self.stack):
            what, fix = (
                f"the anchor {name!r} contains itself",
                f"remove *{name} from inside &{name}",
            )
            target = None
        if target is None:
            raise UserError(what, fix=fix, where=Place(self.file, line))
        return target

    def _scalar(
        self, event: ScalarEvent, place: tuple[int, int, int, int], anchor: str | None
    ) -> Scalar:
        style = event.style or ""
        start, end, line, column = place
        if style in ("|", ">") and style:
            # The mark lies behind all blank lines that follow; they are content only with `+`.
            header = self.text[start:end].split("\n", 1)[0].split(" #", 1)[0]
            if "+" not in header:
                end = start + len(self.text[start:end].rstrip())
        return Scalar(start, end, line, column, anchor, _tag(event), str(event.value), style)

    def _open(self, node: Node) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise UserError(
                f"the nesting is deeper than {MAX_DEPTH} levels",
                fix="flatten the structure",
                where=Place(self.file, node.line + 1),
            )
        self.stack.append(node)
        self.keys.append(None)
        self.seen.append(set())

    def _close(self, event: Event) -> None:
        node = self.stack.pop()
        self.keys.pop()
        self.seen.pop()
        if isinstance(node, Mapping | Sequence):
            if node.flow:
                node.end = event.end_mark.index
            else:
                last = node.entries[-1] if isinstance(node, Mapping) and node.entries else None
                tail = last or (tuple(node.items[-1:]) if isinstance(node, Sequence) else ())
                node.end = max([node.end, *(child.end for child in tail)])

    def _attach(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(node, Scalar) and not node.value and not node.style:
            self._place_empty(node)
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif isinstance(parent, Mapping):
            key = self.keys[-1]
            if key is None:
                self._check_key(node)
                self.keys[-1] = node
            else:
                parent.entries.append((key, node))
                self.keys[-1] = None

    def _place_empty(self, node: Scalar) -> None:
        # The parser marks nothing at the token that follows it; what is not there ends earlier.
        node.end = self._behind(node.end) if node.anchor or node.tag else node.start
        if node.anchor or node.tag:
            return
        key, before = self.keys[-1], node.start
        if key is not None:
            colon = self.text.find(":", key.end, node.start)
            node.start = node.end = colon + 1 if colon >= 0 else key.end
        else:
            node.start = node.end = self._behind(node.start)
        if self.text[before : before + 1] != ":":  # a key that is not there has a colon behind it
            node.line -= self.text.count("\n", node.start, before)

    def _behind(self, offset: int) -> int:
        """Return the offset behind the last character before *offset* that is no white space."""
        while offset and self.text[offset - 1].isspace():
            offset -= 1
        return offset

    def _check_key(self, node: Node) -> None:
        where = Place(self.file, node.line + 1)
        if not isinstance(node, Scalar):
            raise UserError("a key is not a scalar", fix="use a plain name as the key", where=where)
        if node.value in self.seen[-1]:
            self.repeated.append((node, len(self.stack)))
        self.seen[-1].add(node.value)


def _tag(event: NodeEvent) -> str | None:
    tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
    return str(tag) if tag else None
