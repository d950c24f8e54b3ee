"""A list of Docker hosts in YAML.

It names each host, and may give it labels and put it into groups::

    hosts:
      node1: ssh://ops@192.0.2.11
      node2: {address: "tcp://192.0.2.12:2376", labels: {zone: b}}
    groups:
      edge: [node1]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from composefile.syntax import parser
from composefile.syntax.nodes import Mapping as MappingNode
from composefile.syntax.nodes import Node, Scalar
from composefile.syntax.nodes import Sequence as SequenceNode
from composefile.values import fields
from engine.hosts import Host
from engine.hosts.inventory import Inventory, add
from engine.hosts.names import NAME, parse
from faults import Place, UserError, nearest

AN_EXAMPLE = "write `hosts: {node1: ssh://USER@HOST}`"
_KEYS = ("hosts", "groups")
_OF_A_HOST = ("address", "labels")


@dataclass(frozen=True, slots=True)
class _Yaml:
    """A list in YAML, called *file* in messages.

    Raises:
        UserError: From each method: a node is not what it should be.
    """

    file: str

    def place(self, node: Node) -> Place:
        return Place(self.file, node.line + 1)

    def entries(self, node: Node | None, what: str, keys: Sequence[str] = ()) -> Mapping[str, Node]:
        """Return the entries of *node*, which *what* names; with *keys*, no others are allowed."""
        if not isinstance(node, MappingNode):
            line = self.place(node) if node else Place(self.file)
            raise UserError(f"{what} is not a mapping", fix=AN_EXAMPLE, where=line)
        found = fields(node, self.file)
        for name, entry in found.items():
            if keys and name not in keys:
                fix = nearest(name, keys, f"use {' or '.join(keys)}")
                raise UserError(f"{what} has no key {name!r}", fix=fix, where=self.place(entry.key))
        return {name: entry.node for name, entry in found.items()}

    def word(self, node: Node, what: str) -> str:
        """Return the scalar *node*."""
        if not isinstance(node, Scalar) or node.is_null:
            raise UserError(f"{what} is not a text", fix="write one word", where=self.place(node))
        return node.value

    def host(self, name: str, node: Node) -> Host:
        """Return the host *name*, of which *node* is the address or the mapping."""
        if not NAME.fullmatch(name):
            fix = "use letters, digits, '.', '_' and '-'"
            raise UserError(f"{name!r} is not the name of a host", fix=fix, where=self.place(node))
        labels: Mapping[str, Node] = {}
        if isinstance(node, MappingNode):
            parts = self.entries(node, f"host {name!r}", _OF_A_HOST)
            if "address" not in parts:
                fix = "write `address: ssh://USER@HOST`"
                raise UserError(f"host {name!r} has no address", fix=fix, where=self.place(node))
            node = parts["address"]
            if "labels" in parts:
                labels = self.entries(parts["labels"], f"'labels' of {name!r}")
        address = self.word(node, f"the address of {name!r}")
        texts = {key: self.word(value, f"label {key!r}") for key, value in labels.items()}
        return replace(parse(address, self.place(node)), name=name, labels=texts)

    def group(self, name: str, node: Node, known: Sequence[str]) -> Sequence[str]:
        """Return the names of the hosts of group *name*, all of which are *known*."""
        if not isinstance(node, SequenceNode):
            what, fix = f"group {name!r} is not a list", f"write `{name}: [{known[0]}]`"
            raise UserError(what, fix=fix, where=self.place(node))
        found = [self.word(item, f"a host of group {name!r}") for item in node.items]
        for item, host in zip(node.items, found, strict=True):
            if host not in known:
                fix = nearest(host, known, f"name one of {', '.join(known)}")
                what = f"group {name!r} has {host!r}, which is not among the hosts"
                raise UserError(what, fix=fix, where=self.place(item))
        return found


def of_yaml(text: str, file: str) -> Inventory:
    """Return the hosts that *text*, which was read from *file*, lists.

    Raises:
        UserError: It is not such a list, or two of its hosts are the same.
    """
    yaml = _Yaml(file)
    tree = parser.parse(text, file)
    for key, _ in tree.repeated:
        fix = "remove one of them"
        raise UserError(f"key {key.value!r} stands there twice", fix=fix, where=yaml.place(key))
    parts = yaml.entries(tree.root, "the list of hosts", _KEYS)
    found: dict[Host, Place | None] = {}
    for name, node in yaml.entries(parts.get("hosts"), "'hosts'").items():
        add(found, yaml.host(name, node), yaml.place(node))
    names = [str(host) for host in found]
    groups = yaml.entries(parts["groups"], "'groups'") if "groups" in parts else {}
    for name, node in groups.items():
        if name in names:
            what = f"{name!r} is a host and a group"
            raise UserError(what, fix="rename one of them", where=yaml.place(node))
    return Inventory(found, {name: yaml.group(name, node, names) for name, node in groups.items()})
