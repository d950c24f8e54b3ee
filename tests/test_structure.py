"""The structure of the house, by the imports of its modules: no module knows all others."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("advise", "ambassador", "composefile", "dcgen", "engine", "faults", "generator", "lb")
MOST_IMPORTS, MOST_IMPORTS_OF_A_TRANSFORM, MOST_FLOORS = 12, 8, 6


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of ours that *module* imports, wherever in it."""
    tree = ast.parse(modules()[module].read_text())
    named = [name for node in ast.walk(tree) for name in _named(node)]
    return frozenset(name for name in named if name in modules())


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        below = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name if name in modules() else node.module for name in below)


@cache
def floors(module: str) -> int:
    """Return the longest chain of imports from *module* down, within its room."""
    room = module.partition(".")[0]
    below = (floors(other) for other in imports(module) if other.partition(".")[0] == room)
    return 1 + max(below, default=0)


def _bar(module: str) -> int:
    is_transform = module.startswith("generator.transforms.")
    return MOST_IMPORTS_OF_A_TRANSFORM if is_transform else MOST_IMPORTS


def test_no_module_knows_many_others() -> None:
    counts = {module: len(imports(module)) for module in modules()}

    assert {name: count for name, count in counts.items() if count > _bar(name)} == {}


def test_no_room_is_a_tower() -> None:
    heights = {
        room: max(floors(module) for module in modules() if module.partition(".")[0] == room)
        for room in ROOMS
    }

    assert {room: height for room, height in heights.items() if height > MOST_FLOORS} == {}


def test_the_engine_starts_programs_in_one_place() -> None:
    # What runs on a host has to find its daemon there, and to end with us.
    found = {
        module
        for module, path in modules().items()
        if module.startswith("engine.") and "subprocess" in _imported(path)
    }

    assert found == {"engine.child", "engine.hosts", "engine.streams"}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {name for node in ast.walk(tree) for name in _top(node)}


def _top(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield (node.module or "").partition(".")[0]
