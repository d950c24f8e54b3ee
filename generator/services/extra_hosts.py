"""The `extra_hosts` of a service: add names with an address, in the style that is there.

Source: Compose Specification, "extra_hosts": a list of ``NAME:IP`` (or ``NAME=IP``), or a mapping.
"""

from collections.abc import Iterable, Iterator

from composefile.model import Model
from composefile.syntax.parser import Mapping, Node, Sequence
from composefile.values import Value
from generator.editing.edits import append_entry, append_item
from generator.editing.emit import Emitted, Quoted, entry, flow, item
from generator.editing.service import ServiceEdits
from generator.result import Notice


def hosts(value: Value) -> dict[str, str]:
    """Return the names of an `extra_hosts` value, each with its address."""
    if isinstance(value, dict):
        return {name: address for name, address in value.items() if isinstance(address, str)}
    found = {}
    for line in value if isinstance(value, list) else []:
        if isinstance(line, str):
            separator = "=" if "=" in line else ":"
            name, _, address = line.partition(separator)
            found[name] = address
    return found


def add_hosts(body: ServiceEdits, names: list[str], address: str) -> list[str]:
    """Let every one of *names* lead to *address* in the service of *body*.

    Returns:
        The names that led elsewhere before.
    """
    present = hosts(body.model.get(body.name, "extra_hosts"))
    moved = [name for name in names if present.get(name, address).strip("[]") != address]
    wanted = [name for name in names if present.get(name) is None or name in moved]
    if not wanted:
        return []
    field = body.model.fields(body.name).get("extra_hosts")
    node = field.node if field and field.own else None
    if moved or not _is_direct(node):
        body.put("extra_hosts", _whole(body.value("extra_hosts"), set(moved), wanted, address))
        return moved
    for name in wanted:
        _append(body, node, name, address)
    return []


def replaced(model: Model, name: str, moved: Iterable[str]) -> Iterator[Notice]:
    """Yield a notice for each name that had another address in service *name* before."""
    for one in moved:
        yield Notice(
            f"{name!r} had another address for {one!r}, which is replaced",
            model.where(name, "extra_hosts"),
            fix=f"remove {one!r} from `extra_hosts` of {name!r} if that one is out of date",
        )


def _is_direct(node: Node | None) -> bool:
    if isinstance(node, Mapping):
        return bool(node.entries) and not node.anchor
    return isinstance(node, Sequence) and bool(node.items) and not node.anchor


def _whole(value: Emitted, moved: set[str], wanted: list[str], address: str) -> Emitted:
    if isinstance(value, dict):
        return {**value, **{name: Quoted(address) for name in wanted}}
    kept = (
        [line for line in value if str(line).replace("=", ":").split(":")[0] not in moved]
        if (isinstance(value, list))
        else []
    )
    return [*kept, *(Quoted(f"{name}:{address}") for name in wanted)]


def _append(body: ServiceEdits, node: Node | None, name: str, address: str) -> None:
    if isinstance(node, Mapping):
        key = node.entries[0][0]
        lines = entry(name, Quoted(address), body.layout, key.column)
        append_entry(body.edits, node, lines, f"{name}: {flow(Quoted(address))}")
    elif isinstance(node, Sequence):
        text = Quoted(f"{name}:{address}")
        append_item(body.edits, node, item(text, body.layout, _dash_column(body, node)), flow(text))


def _dash_column(body: ServiceEdits, node: Sequence) -> int:
    first = node.items[0]
    line = body.edits.text.rfind("\n", 0, first.start) + 1
    dash = body.edits.text.rfind("-", line, first.start)
    return dash - line if dash >= 0 else first.column - 2
