"""Each path of Compose's schema, and a small Compose file that sets it.

The schema is that of the Compose Specification of 2026-06-23, as check-jsonschema 0.39 brings it.
"""

import functools
import json
from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
ROWS = YAML(typ="safe").load(HERE / "every_path.yml")
ITEM, ANY = "[]", "*"
# A value of each of these shapes says as much as all of it would.
_SHAPES = ("list_or_dict", "string_or_list", "command", "env_file", "label_file", "extra_hosts")
_PLAIN = {"boolean": True, "integer": 1, "number": 1, "string": "a"}

Keys = tuple[str, ...]


@functools.cache
def schema() -> dict[str, Any]:
    """Return the schema of a Compose file."""
    file = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def paths() -> dict[str, Any]:
    """Return each path at which the schema has a value, with one; the first of several shapes."""
    found: dict[str, Any] = {}
    for section, node in schema()["properties"].items():
        # A section that is refused whole has no paths of its own.
        walked = [((section,), "a")] if section == "jobs" else _walk(node, (section,))
        for keys, value in walked:
            found.setdefault(".".join(keys), value)
    return {path: ROWS["values"].get(path, value) for path, value in found.items()}


def _walk(node: dict[str, Any], keys: Keys) -> Iterator[tuple[Keys, Any]]:
    shape = node.get("$ref", "").rpartition("/")[2]
    if shape == "ulimits" or shape in _SHAPES:
        yield keys, {"a": "b"} if shape == "list_or_dict" else "a"
        return
    node = schema()["$defs"][shape] if shape else node
    for one in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _walk(one, keys)
    inner = dict(node.get("properties", {}))
    for pattern, one in node.get("patternProperties", {}).items():
        if pattern != "^x-":
            inner[ANY] = one
    if inner:
        for key, one in inner.items():
            yield from _walk(one, (*keys, key))
    elif isinstance(node.get("items"), dict):
        yield from _walk(node["items"], (*keys, ITEM))
    else:
        yield from ((keys, value) for value in _values(node)[:1])


def _values(node: dict[str, Any]) -> list[Any]:
    types = node.get("type", [])
    listed = [types] if isinstance(types, str) else types
    return [*node.get("enum", ()), *(_PLAIN[one] for one in listed if one in _PLAIN)]


def file_with(path: str, value: Any) -> str:
    """Return a Compose file in which *path* is *value*."""
    return _text(_made(path, value))


def file_without(path: str) -> str:
    """Return the same file as `file_with`, in which *path* is as it is without being set."""
    return _text(_made(path, None))


def reason(path: str, target: str) -> str:
    """Return why *path* means nothing to *target*; empty if it means something."""
    rows = {**ROWS["nothing"]["both"], **ROWS["nothing"][target]}
    return next((why for row, why in rows.items() if is_below(path, row)), "")


def is_below(path: str, row: str) -> bool:
    """Tell whether *path* is *row*, or below it."""
    return path == row or path.startswith(f"{row}.")


def _made(path: str, value: Any) -> dict[str, Any]:
    made = deepcopy(ROWS["base"])
    for row, more in ROWS["around"].items():
        if is_below(path, row):
            _merge(made, more)
    keys = path.split(".")
    node: Any = made
    for depth in range(1, len(keys)):
        start = _start(path, ".".join(keys[:depth]), is_set=value is not None)
        default: Any = [] if keys[depth] == ITEM else {}
        node = _entered(node, _name(keys, depth - 1), default if start is None else start)
    if value is not None and path not in ROWS["instead"]:
        if keys[-1] == ITEM:
            node.append(value)
        else:
            node[_name(keys, len(keys) - 1)] = value
    return made


def _start(path: str, above: str, *, is_set: bool) -> Any:
    """Return what stands at *above*, a part of *path*, before the value below it is set."""
    for row, start in ROWS["instead"].items():
        is_here = row.rpartition(".")[0] == above and is_below(path, row)
        if is_here and (is_set or path != row):
            return deepcopy(start)
    return deepcopy(ROWS["within"].get(above))


def _entered(node: Any, name: str, start: Any) -> Any:
    if name == ITEM:
        node.append(start)
        return start
    if not isinstance(node.get(name), type(start)):
        node[name] = start
    else:
        _merge(node[name], start)
    return node[name]


def _name(keys: list[str], index: int) -> str:
    return ROWS["names"].get(keys[index - 1], "a") if keys[index] == ANY else keys[index]


def _merge(into: Any, more: Any) -> None:
    for key, value in more.items() if isinstance(more, dict) else ():
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value)
        else:
            into[key] = deepcopy(value)


def _text(made: dict[str, Any]) -> str:
    stream = StringIO()
    YAML(typ="safe").dump(made, stream)
    return stream.getvalue()
